import * as z from 'zod';

/*
 * What functions and the command line ask the local stack, when a provider elsewhere is to fetch the audio of this
 * machine. Nothing of it is in AWS, where S3 itself is reachable. Each URL is below AUDIO_LINKS_URL, which holds a
 * secret: GET link, POST look, POST check, POST and GET publication,
 * POST removal.
 */

/** The answer 200 of `link`: a signed URL, made now, whose bytes are right. It goes into no log and no record. */
export const linkedAudio = z.object({ url: z.string() });
export type LinkedAudio = z.infer<typeof linkedAudio>;

/** The answer 202 of `link`: the object is still being copied to where the provider can fetch it, or read back from there. */
export const audioUnderWay = z.object({
  /** Bytes that are there, of `size`. */
  sent: z.number().nonnegative(),
  size: z.number().nonnegative(),
});
export type AudioUnderWay = z.infer<typeof audioUnderWay>;

/** The answer 500 of each: the path of the log that has an error of the stack's own. */
export const audioFault = z.object({ log: z.string().optional() });

/** The answer 409 of each, and 410 where the session ended while its audio was copied: why the provider cannot fetch the audio, and what to do. */
export const audioRefusal = z.object({
  summary: z.string(),
  problems: z.array(z.object({ where: z.string(), message: z.string() })).readonly(),
});
export type AudioRefusal = z.infer<typeof audioRefusal>;

/** What failed while a file was copied, and the number of the attempt that comes after it. */
const copyRetry = z.object({ attempt: z.number(), reason: z.string() });
export type CopyRetry = z.infer<typeof copyRetry>;

/** The answer of `publication`: 202 while it goes on, 200 when all is there. */
export const publication = z.object({
  done: z.boolean(),
  files: z.array(audioUnderWay.extend({ key: z.string(), retry: copyRetry.optional() })),
});
export type Publication = z.infer<typeof publication>;

/** The answer of `removal`. */
export const audioRemoval = z.object({
  /** The copies stay: until that moment links to them hold; without one their session is not done. */
  kept: z.object({ until: z.iso.datetime().optional() }).optional(),
});
export type AudioRemoval = z.infer<typeof audioRemoval>;

/** The answer of `check` where the way works. */
export const checkedWay = z.object({
  /** What a person should know of it all the same. */
  note: z.string().optional(),
});

/** The answer of `look` where the file comes whole. */
export const lookedAt = z.object({
  /** Whether the provider has fetched it since its first link; absent where the way cannot see that. */
  fetched: z.boolean().optional(),
});
export type LookedAt = z.infer<typeof lookedAt>;
