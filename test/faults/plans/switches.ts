/** Kinds of trouble that can be left out of the draws, by name. */
export const kinds = [
  /** Bytes that arrive late, twice, never, or are overtaken by those of the file before. */
  'deliveries',
  /** A client library that repeats a request whose answer was lost, and a client that does so. */
  'lost answers',
  /** The rule that no track is left out of a training unless the session says so. */
  'left out',
  /** A manifest that is put twice. */
  'manifests',
  /** Envelopes that report an error with 200. */
  'envelopes',
  /** Ids that the provider gives twice. */
  'ids given twice',
] as const;
export type Kind = (typeof kinds)[number];

/** Those that are drawn unless `FAULTS_KINDS` names others, separated by commas; or `all`. */
const landed: readonly Kind[] = ['deliveries', 'lost answers', 'left out'];

const named = process.env.FAULTS_KINDS;
const on: ReadonlySet<string> = new Set(
  named === undefined ? landed : named === 'all' ? kinds : named.split(','),
);

export const isOn = (kind: Kind): boolean => on.has(kind);
