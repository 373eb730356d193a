import { inspectAudio } from '../../../packages/audio-inspection/inspect-audio.ts';
import type { AudioLimits, Inspection } from '../../../packages/audio-inspection/inspection.ts';
import { countedSource } from '../../../test-support/audio-files/source.ts';

export const limits: AudioLimits = { minSeconds: 6, maxSeconds: 1800, maxBytes: 500 * 1024 * 1024 };

export const inspect = (bytes: Uint8Array, changed: Partial<AudioLimits> = {}) =>
  inspectAudio(countedSource(bytes), { ...limits, ...changed });

export function usable(inspection: Inspection) {
  if (!inspection.usable) throw new Error(`refused: ${inspection.reason}`);
  return inspection;
}

export function refused(inspection: Inspection) {
  if (inspection.usable) throw new Error(`accepted as ${inspection.format}`);
  return inspection;
}

/** The first part of a file. */
export function cut(bytes: Uint8Array, share: number): Uint8Array {
  return bytes.slice(0, Math.floor(bytes.length * share));
}

/** A file whose last part was set aside and never filled. */
export function zeroed(bytes: Uint8Array, share: number): Uint8Array {
  return bytes.slice().fill(0, Math.floor(bytes.length * share));
}
