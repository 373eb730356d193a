import * as z from 'zod';
import type { MusicClip } from './provider.ts';

/** Clips of one result that are looked at; a generation makes two (documented: "usually"). */
export const mostClips = 6;

/** The clip's own status in lower case; text in another form becomes `unreadable`. */
function inOneWord(status: string): string {
  const word = status.trim().toLowerCase();
  return /^[\w -]{1,40}$/.test(word) ? word : 'unreadable';
}

/** Reported since September 2026: the link of a clip that has to be unlocked first, perhaps without its host. */
const forbiddenLink = /\/api\/forbidden\/?(?:[?#]|$)/;

const text = z.string().trim().min(1).max(300).optional().catch(undefined);
const clipSchema = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  status: z.string().transform(inOneWord).optional().catch(undefined),
  audio_url: z
    .union([z.string().regex(forbiddenLink), z.url()])
    .pipe(z.string().max(4096))
    .optional()
    .catch(undefined),
  /** Reported since September 2026: `false` while its audio has to be unlocked. */
  is_download_unlocked: z.boolean().optional().catch(undefined),
  title: text,
  metadata: z
    .object({ duration: z.number().positive().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/**
 * The clips in a result: an array of them, an object, or an object that carries the array under `clips`. What has no
 * id that could be part of a key is no clip, and what comes twice is one. Upper bound: {@link mostClips}.
 * @param finished the clip status that means complete audio. With any other status a link plays an unfinished clip,
 *   and is not taken
 */
export function readClips(result: unknown, finished?: string): MusicClip[] {
  const carried = z.object({ clips: z.array(z.unknown()) }).safeParse(result).data?.clips;
  const list = carried ?? (Array.isArray(result) ? result : [result]);
  const seen = new Set<string>();
  return list.slice(0, mostClips).flatMap((one: unknown) => {
    const { data } = clipSchema.safeParse(one);
    if (!data || seen.has(data.id)) return [];
    seen.add(data.id);
    const duration = data.metadata?.duration;
    const word = finished === undefined || data.status === finished ? undefined : data.status;
    const isForbidden = data.audio_url !== undefined && forbiddenLink.test(data.audio_url);
    // A clip that is still being made is late, with or without a lock.
    const isLocked = word === undefined && (isForbidden || data.is_download_unlocked === false);
    const audioUrl = word === undefined && !isForbidden ? data.audio_url : undefined;
    return {
      clipId: data.id,
      ...(word === undefined ? {} : { word }),
      ...(audioUrl === undefined ? {} : { audioUrl }),
      ...(isLocked ? { locked: true as const } : {}),
      ...(data.title === undefined ? {} : { title: data.title }),
      ...(duration === undefined ? {} : { durationSeconds: duration }),
    };
  });
}
