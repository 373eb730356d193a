import { createHash } from 'node:crypto';
import type { SandboxSettings } from './settings.ts';

/** 16 bytes that depend on the seed and the name only, not on what was drawn before. */
function draw(seed: string, name: string): Buffer {
  return createHash('sha256').update(`${seed}\n${name}`).digest().subarray(0, 16);
}

/** A number in (0, 1), the same for the same seed and name. */
export function chance(seed: string, name: string): number {
  return (draw(seed, name).readUInt32BE(0) + 0.5) / 2 ** 32;
}

/** A UUID (version 4 in form), the same for the same seed and name. */
export function seededUuid(seed: string, name: string): string {
  const bytes = draw(seed, name);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** How long the task of this name waits and works, in whole milliseconds. */
export function taskDuration(
  kind: 'upload' | 'training' | 'music',
  durations: SandboxSettings['durations'],
  seed: string,
  name: string,
): { readonly queued: number; readonly total: number } {
  const first = chance(seed, `${name} length`);
  let seconds: number;
  if (kind !== 'upload') {
    const { shortest, longest } = durations[kind];
    seconds = shortest + first * Math.max(0, longest - shortest);
  } else {
    const { median, spread, shortest, longest } = durations.upload;
    // Box and Muller's normal deviate.
    const normal = Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * chance(seed, `${name} angle`));
    seconds = Math.min(longest, Math.max(shortest, median * Math.exp(spread * normal)));
  }
  const queued = Math.min(durations.queued, seconds / 2) * chance(seed, `${name} queue`);
  return { queued: Math.round(queued * 1000), total: Math.round(seconds * 1000) };
}
