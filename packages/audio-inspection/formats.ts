/** Extensions that promise audio. */
const ofAudio = new Set(
  'mp3 mp2 mpga wav wave w64 rf64 flac m4a m4b m4p m4r aac adts ogg oga opus spx aif aiff aifc caf wma ape wv mpc mpp mka weba ac3 amr 3ga qta tta dsf dff au snd'.split(
    ' ',
  ),
);
/** Extensions under which a picture is usual, and sound as well. */
const ofVideo = new Set('mp4 m4v mov 3gp 3g2 webm mkv ogv asf wmv'.split(' '));

/** Without the dot; of a name that begins with its only dot, none. */
const extensionOf = (name: string) => /[^/\\.][^/\\]*?\.([^./\\]*)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/** Does the file's name promise audio? A file that promises it is always checked, and refused if it lies. */
export function promisesAudio(name: string): boolean {
  return ofAudio.has(extensionOf(name));
}

/** Does the file's name promise audio, or a video that usually has some? */
export function mayHoldAudio(name: string): boolean {
  return promisesAudio(name) || ofVideo.has(extensionOf(name));
}

/** What a file is converted to: without loss where it has none. */
export const conversionTargets = ['flac', 'mp3'] as const;
export type ConversionTarget = (typeof conversionTargets)[number];

/** Formats that pages about the provider name; whether it takes others is not documented. */
const named = new Set(['MP3', 'WAV', 'FLAC', 'AAC', 'Ogg Vorbis', 'Opus', 'M4A (AAC)', 'M4A (ALAC)']);
const lossless = /^(AIFF|WavPack|Monkey's Audio|DSF|DSDIFF|Ogg FLAC)$|\((ALAC|FLAC|PCM)\)$/;

/** What a file of this format is to be converted to before the provider surely takes it; nothing where it does. */
export function conversionOf(format: string): ConversionTarget | undefined {
  if (named.has(format)) return undefined;
  return lossless.test(format) ? 'flac' : 'mp3';
}
