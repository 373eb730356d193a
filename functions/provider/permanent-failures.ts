/**
 * Which of the provider's reasons mean that sending the same track again cannot help. The provider
 * documents no list and only one code, so the text is matched; doubt counts as not permanent, which
 * costs an attempt, never a track.
 */
const rules: readonly { readonly permanent: boolean; readonly words: RegExp }[] = [
  // Fetching the audio. Seen with code 4001: the provider could not fetch our URL. A new URL may do.
  {
    permanent: false,
    words:
      /source not found|(fail|unable|could ?n[o']t|cannot|error)\w* (to )?(be )?(download|fetch|retriev|reach|access)|download (failed|error)/,
  },
  // The provider's own trouble.
  {
    permanent: false,
    words:
      /timed?[ -]?out|try again later|temporar|rate.?limit|too many|overload|\bbusy\b|internal (server )?error|unavailable|network/,
  },
  // Copyright.
  {
    permanent: true,
    words:
      /copyright|licen[cs]ed (music|content|material|work)|intellectual property|\bdmca\b|infring|existing (song|recording|work)|matche[sd] (an? )?(existing|known|protected)|rights holder/,
  },
  // Moderation.
  {
    permanent: true,
    words: /moderat|content policy|violat|inappropriate|prohibited|explicit|\bnsfw\b|hate/,
  },
  // Not audio that it takes.
  {
    permanent: true,
    words:
      /not (an? )?(valid )?(audio|supported)|no audio|unsupported|invalid (audio|file|media|format)|unrecogni[sz]ed (audio|file|format)|(could ?n[o']t|cannot|can't|fail\w*|unable)( to)?( be)? (decode|read the audio|process the audio format)|decod(e|ing) (error|failed)|corrupt|too (short|long|large)|(exceeds|below) the (maximum|minimum)/,
  },
  // Audio without sound.
  {
    permanent: true,
    words: /\bsilent\b|silence detected|audio is empty|empty (audio|file)/,
  },
];

/** Takes precedence over the text. The only code that is documented: "Audio source not found." */
const sourceNotFound = 4001;

/**
 * Is a failed upload lost for good, so that sending the track again would only cost credits?
 * @param reason the provider's `failReason`, verbatim
 * @param code its `failCode`
 */
export function isPermanentRejection(reason: string | undefined, code?: number): boolean {
  if (code === sourceNotFound) return false;
  const text = (reason ?? '').toLowerCase().replaceAll('’', "'");
  return rules.find((rule) => rule.words.test(text))?.permanent ?? false;
}
