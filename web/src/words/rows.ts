import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';

/** Letters from which a name is cut where there is no room, and those of its end that stay. */
const cut = { from: 17, end: 12 };

/** A name in the parts that are shown: of a long one the first part is cut, and its end stays. */
export function cutInTheMiddle(name: string): readonly string[] {
  const letters = Array.from(name);
  if (letters.length < cut.from) return [name];
  return [letters.slice(0, -cut.end).join(''), letters.slice(-cut.end).join('')];
}

const running = new Set<SessionPageAnswer['status']>(['preparing', 'uploading']);

/** What a file that was not sent yet waits for. */
export function waitingWords({ status }: Pick<SessionPageAnswer, 'status'>): string {
  if (status === 'open') return 'waits for the start';
  return running.has(status) ? 'waits for its turn' : 'not sent';
}
