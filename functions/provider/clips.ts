import * as z from 'zod';
import type { MusicClip } from './provider.ts';

/** Clips of one result that are looked at; a generation makes two (documented: "usually"). */
export const mostClips = 6;

const text = z.string().trim().min(1).max(300).optional().catch(undefined);
const clipSchema = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  audio_url: z.url().max(4096).optional().catch(undefined),
  title: text,
  metadata: z
    .object({ duration: z.number().positive().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** What a result holds: an array, an object, or an object that carries the array under `clips`. */
export function listOf(result: unknown): readonly unknown[] {
  const carried = z.object({ clips: z.array(z.unknown()) }).safeParse(result).data?.clips;
  return carried ?? (Array.isArray(result) ? result : [result]);
}

/** The clips in a result. What has no id that could be part of a key is no clip. Upper bound: {@link mostClips}. */
export function readClips(result: unknown): MusicClip[] {
  return listOf(result)
    .slice(0, mostClips)
    .flatMap((one) => {
      const { data } = clipSchema.safeParse(one);
      if (!data) return [];
      const duration = data.metadata?.duration;
      return {
        clipId: data.id,
        ...(data.audio_url === undefined ? {} : { audioUrl: data.audio_url }),
        ...(data.title === undefined ? {} : { title: data.title }),
        ...(duration === undefined ? {} : { durationSeconds: duration }),
      };
    });
}
