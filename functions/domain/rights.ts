import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Problem } from '../shared/errors.ts';
import { rightsSentence } from '../shared/rights-sentence.ts';

/** That a person has confirmed the rights to all files that a session has. */
export const rightsSchema = z.object({
  /** The owner of the token; of a manifest the owner of the inbox; `console`. */
  confirmedBy: z.string(),
  confirmedAt: z.iso.datetime(),
  sentence: z.string(),
  /** The files that the answer covers. */
  files: z.object({
    count: z.number().int().nonnegative(),
    /** Of all their hashes, one after the other: {@link digestOf}. */
    sha256: z.string(),
  }),
});

export type Rights = z.infer<typeof rightsSchema>;

/** A track, as far as it says which file it is. */
interface File {
  readonly sha256?: string | undefined;
  readonly source: { readonly bucket: string; readonly key: string } | { readonly url: string };
}

/**
 * One value for any number of files, in their order: from each value and the next file's hash follows the next. So a slice
 * of a batch is added without reading the thousands before it.
 */
const digestOf = (files: readonly File[], before = ''): string =>
  files.reduce(
    (value, file) =>
      createHash('sha256')
        .update(`${value}\n${identityOf(file)}`)
        .digest('hex'),
    before,
  );

/** Of what lies in the bucket or on the web already the bytes are not known, and its address says which file it is. */
function identityOf({ sha256, source }: File): string {
  if (sha256 !== undefined) return sha256;
  return 'url' in source ? source.url : `s3://${source.bucket}/${source.key}`;
}

/** The answer of a person, for all files of a session. */
export function confirmedRights(
  files: readonly File[],
  by: { readonly confirmedBy: string; readonly confirmedAt: string },
): Rights {
  const { confirmedBy, confirmedAt } = by;
  const covered = { count: files.length, sha256: digestOf(files) };
  return { confirmedBy, confirmedAt, sentence: rightsSentence, files: covered };
}

/** The same, where all files but the last ones have an answer already. */
export function extendedRights(
  { files: { count, sha256 } }: Rights,
  more: readonly File[],
  by: { readonly confirmedBy: string; readonly confirmedAt: string },
): Rights {
  const { confirmedBy, confirmedAt } = by;
  const covered = { count: count + more.length, sha256: digestOf(more, sha256) };
  return { confirmedBy, confirmedAt, sentence: rightsSentence, files: covered };
}

/** That the answer is missing, and how it is given. @param where the request, the manifest or the input to put it into */
export const rightsProblem = (
  where: 'the request' | 'the request to resume it' | 'the manifest' | 'the input',
): Problem => ({
  where: 'rights',
  message: `is missing: this provider is paid, and trains on what it gets. To confirm "${rightsSentence}" put "rights": true into ${where}`,
});
