import { z } from 'zod';
import type { Outcome, Scene } from './calls.ts';
import { seededUuid, taskDuration } from './chance.ts';
import { complaint, refusal } from './refusal.ts';
import type { SandboxSettings } from './settings.ts';
import { type SandboxState, standingOf } from './state.ts';
import type { Task } from './task.ts';

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const customModel = new RegExp(`^chirp-custom:${uuid}$`, 'i');

/** Documented: the models that are the provider's own. */
const stockModels = new Set([
  'chirp-v55',
  'chirp-v50',
  'chirp-45+',
  'chirp-v45',
  'chirp-v45-lite',
  'chirp-v40',
  'chirp-v35',
]);

const personaField = z.object({ persona_id: z.string(), artist_clip_id: z.string() });
const generateBody = z.object({
  task: z.literal('create'),
  model: z.string(),
  prompt: z.string(),
  tags: z.string().default(''),
  title: z.string().default(''),
  make_instrumental: z.boolean().default(false),
  persona: personaField.optional(),
});
const personaBody = z.object({ clip_id: z.string(), name: z.string().trim().min(1) });

/** Documented: "usually" two. */
const clipsPerCall = 2;

/** What is wrong with a persona, when music is asked for with it. */
export function personaProblem(
  state: SandboxState,
  persona: { persona_id: string; artist_clip_id: string },
): string | undefined {
  const clipId = state.personas.get(persona.persona_id);
  if (clipId === undefined) return 'Persona not found.';
  return clipId === persona.artist_clip_id ? undefined : 'artist_clip_id is not the clip of this persona.';
}

/** A task of music, charged when it is taken. */
export function newMusic(
  { state, settings, now, taskFault }: Scene,
  wish: { title: string; account: string },
): Outcome {
  const { account } = wish;
  const credits = settings.prices.generate;
  if (state.credits < credits) return refusal(402, 'Insufficient credits.', { account });
  const draw = `music ${state.music.size + 1}`;
  const taskId = seededUuid(state.seed, draw);
  const task = {
    kind: 'music',
    taskId,
    sessionId: taskId,
    account,
    at: now,
    ...taskDuration('music', settings.durations, state.seed, draw),
    resultId: seededUuid(state.seed, `clip 1 of ${draw}`),
    name: wish.title,
    clipIds: Array.from({ length: clipsPerCall }, (_, index) =>
      seededUuid(state.seed, `clip ${index + 1} of ${draw}`),
    ),
    ...(taskFault ? { fault: taskFault } : {}),
  } as const;
  return { status: 201, body: { taskId }, about: { taskId, account }, credits, change: { task } };
}

/** `POST /suno/v2/generate`. The account that owns the model is found by the provider (documented). */
export function generate(scene: Scene, input: unknown): Outcome {
  const parsed = generateBody.safeParse(input);
  if (!parsed.success) return refusal(400, complaint(parsed.error));
  const { model, title, persona } = parsed.data;
  const { state } = scene;
  let account = 'account-1';
  if (customModel.test(model)) {
    const owner = ownerOf(scene, model);
    if (owner === undefined) return refusal(400, 'Model not found.');
    account = owner;
  } else if (!stockModels.has(model)) {
    return refusal(400, 'model: unknown model');
  }
  const problem = persona && personaProblem(state, persona);
  if (problem !== undefined) return refusal(400, problem);
  return newMusic(scene, { title, account });
}

function ownerOf({ state, now }: Scene, model: string): string | undefined {
  for (const { trainings, account } of state.sessions.values()) {
    if (trainings.some((it) => standingOf(state, it, now).resultId === model)) return account;
  }
  return undefined;
}

/** A persona is made at once, and only of a clip that was generated: not of an upload (documented). */
export function newPersona({ state, now }: Scene, clipId: string): Outcome {
  const made = [...state.music.values()].find(({ clipIds }) => clipIds?.includes(clipId));
  if (!made || standingOf(state, made, now).status !== 'success') {
    return refusal(400, 'The clip is not one that was generated here.');
  }
  const personaId = seededUuid(state.seed, `persona ${state.personas.size + 1}`);
  return {
    status: 201,
    body: { id: personaId, root_clip_id: clipId },
    about: { account: made.account },
    credits: 0,
    change: { persona: { personaId, clipId } },
  };
}

/** `POST /suno/v2/persona` */
export function persona(scene: Scene, input: unknown): Outcome {
  const parsed = personaBody.safeParse(input);
  return parsed.success ? newPersona(scene, parsed.data.clip_id) : refusal(400, complaint(parsed.error));
}

/** The clips of a task that has ended well, as the API shows them. */
export function clipsOf(
  task: Task,
  { origin, settings }: { origin: string; settings: Pick<SandboxSettings, 'clips'> },
): object[] {
  return (task.clipIds ?? []).map((id, index) => ({
    id,
    status: 'complete',
    title: task.name ?? '',
    audio_url: `${origin}/_audio/${id}.wav`,
    image_url: '',
    metadata: { tags: '', duration: settings.clips.seconds + index },
  }));
}

/** The clip of this id, and whether its audio can be had: seen at the provider is a 403 for a while. */
export function audioOf(scene: Pick<Scene, 'state' | 'settings' | 'now'>, clipId: string) {
  const { state, settings, now } = scene;
  for (const task of state.music.values()) {
    const index = task.clipIds?.indexOf(clipId) ?? -1;
    if (index < 0) continue;
    const { status, finishAt = 0 } = standingOf(state, task, now);
    if (status !== 'success') return undefined;
    const seconds = settings.clips.seconds + index;
    return { seconds, open: now >= finishAt + settings.clips.audioAfter * 1000 };
  }
  return undefined;
}
