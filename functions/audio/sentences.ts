import type { AudioLimits, AudioProblem, Inspection } from './inspection.ts';

/** A refusal with its one sentence for the user. */
export function refuse(problem: AudioProblem, reason: string): Inspection & { usable: false } {
  return { usable: false, problem, reason };
}

export function empty(): Inspection {
  return refuse('empty', 'The file is empty: export or copy it again.');
}

export function missing(): Inspection {
  return refuse('missing', 'There is no such file in the bucket: upload it, or correct its address.');
}

export function tooLarge(bytes: number, { maxBytes }: AudioLimits): Inspection {
  return refuse(
    'too-large',
    `The file has ${megabytes(bytes)}, more than the ${megabytes(maxBytes)} allowed: export it as MP3 or FLAC, or cut it.`,
  );
}

const instead = 'an MP3, WAV, FLAC, Ogg or M4A file';

/** @param found what it is, as in `a PDF document`, when that is known */
export function notAudio(found?: string): Inspection {
  const what = found ? `This is ${found}, not audio` : 'This is not audio, or of an unknown kind';
  return refuse('not-audio', `${what}: leave it out, or replace it by ${instead}.`);
}

/** @param name of the format, as in `AC3` */
export function unsupported(name: string): Inspection {
  return refuse('not-audio', `This is ${name} audio, which is not supported: convert it to ${instead}.`);
}

export function noSound(sentence: string): Inspection {
  return refuse('not-audio', `${withoutDot(sentence)}: leave it out, or replace it by a file with sound.`);
}

export function broken(sentence: string): Inspection {
  return refuse('broken', `${withoutDot(sentence)}. Export or copy it again.`);
}

export function tooShort(seconds: number, { minSeconds }: AudioLimits): Inspection {
  return refuse(
    'too-short',
    `It lasts ${duration(seconds)}, less than the ${duration(minSeconds)} needed: use a longer piece.`,
  );
}

export function tooLong(seconds: number, { maxSeconds }: AudioLimits): Inspection {
  return refuse(
    'too-long',
    `It lasts ${duration(seconds)}, more than the ${duration(maxSeconds)} allowed: cut it into shorter pieces.`,
  );
}

/** For a file that holds less sound than its header promises. */
export function cutShort(seconds: number, promised: number): string {
  return `The file is cut short: its header promises ${duration(promised)}, ${duration(seconds)} are there`;
}

/** `0.6 s`, `45 s`, `8 min`, `8 min 5 s`, `3 h 22 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return whole % 60 > 0 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
}

function megabytes(bytes: number): string {
  return `${Number((bytes / (1024 * 1024)).toFixed(1))} MB`;
}

function withoutDot(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
