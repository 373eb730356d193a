/** Ogg holds several codecs under suffixes of their own, of which few servers know more than `ogg`. */
const alsoCalled: Readonly<Record<string, string>> = { oga: 'ogg', opus: 'ogg', spx: 'ogg', m4b: 'm4a' };

const types: Readonly<Record<string, string>> = {
  '3gp': 'audio/3gpp',
  aac: 'audio/aac',
  aiff: 'audio/aiff',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  mka: 'audio/x-matroska',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'audio/mp4',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
  webm: 'audio/webm',
  wma: 'audio/x-ms-wma',
};

/** What follows the last dot of a key or a name, in lower case; undefined without one. */
export function extensionOf(name: string): string | undefined {
  return /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
}

/** The suffix of a URL for audio of this file extension: one that many servers know. */
export const suffixFor = (extension: string): string => alsoCalled[extension] ?? extension;

/** The Content-Type that fits the suffix of a key or a name; undefined for one that is not known as audio's. */
export const contentTypeOf = (name: string): string | undefined => types[suffixFor(extensionOf(name) ?? '')];
