import { createHash } from 'node:crypto';
import { uuidPattern } from '../shared/uuid.ts';

/** An id for a session that has none but its execution: the same for the same execution. */
export const sessionIdOf = (executionId: string): string => uuidOf(executionId);

/** An id in the form of a UUID: the same for the same text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** Does it have the form of an id of ours? Anything else names no record. */
export function isSessionId(text: string): boolean {
  return uuidPattern.test(text);
}
