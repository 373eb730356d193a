import type { ConversionTarget } from './formats.ts';
import type { AudioLimits, AudioProblem, Inspection } from './inspection.ts';

/** A refusal with its one sentence for the user. */
export function refuse(
  problem: AudioProblem,
  reason: string,
  convertTo?: ConversionTarget,
): Inspection & { usable: false } {
  return { usable: false, problem, reason, ...(convertTo && { convertTo }) };
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

/** @param what it is, as in `AC3 audio` or `an AVI video` */
export function unsupported(what: string, convertTo?: ConversionTarget): Inspection {
  return refuse('not-audio', `This is ${what}, which is not supported: convert it to ${instead}.`, convertTo);
}

const advice: Partial<Record<AudioProblem, string>> = {
  'not-audio': ': leave it out, or replace it by a file with sound.',
  protected: ': replace it by a copy without protection.',
};

/** What was found wrong inside a file, with what to do about it. */
export function unusable(problem: AudioProblem, sentence: string): Inspection {
  return refuse(problem, `${withoutDot(sentence)}${advice[problem] ?? '. Export or copy it again.'}`);
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
  const alike = duration(seconds) === duration(promised);
  const shown = (value: number) => (alike ? `${value.toFixed(1)} s` : duration(value));
  return `The file is cut short: its header promises ${shown(promised)}, ${shown(seconds)} are there.`;
}

/**
 * Seconds as they are shown: tenths below ten seconds, whole ones above. Lengths are compared as they are shown, so
 * that no message contradicts itself; this also leaves room for the fraction of a second by which encoders pad.
 */
export function asShown(seconds: number): number {
  const tenths = Math.round(seconds * 10) / 10;
  return tenths < 10 ? tenths : Math.round(seconds);
}

/** `0.6 s`, `45 s`, `8 min`, `8 min 5 s`, `3 h 22 min`, `1 h 5 s`. */
export function duration(seconds: number): string {
  const shown = asShown(seconds);
  const parts = [
    [Math.floor(shown / 3600), 'h'],
    [Math.floor((shown % 3600) / 60), 'min'],
    [shown < 10 ? shown : shown % 60, 's'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return said.length > 0 ? said.join(' ') : '0 s';
}

/** Rounded up, so that a file that is a little too large is not shown to be as large as is allowed. */
function megabytes(bytes: number): string {
  return `${Math.ceil((bytes / (1024 * 1024)) * 10) / 10} MB`;
}

function withoutDot(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
