import { noRelay } from '../../domain/dialect-rules.ts';
import { personaTextProblems } from '../../domain/music-rules.ts';
import { isMade, type Persona } from '../../domain/persona.ts';
import { elsewhere, type Here } from '../../domain/provider-origin.ts';
import type { Music, Session } from '../../domain/session.ts';
import { isSessionId } from '../../domain/session-id.ts';
import { ProviderError } from '../../provider/provider.ts';
import type { BodyOf, Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, isContradiction, type Problem } from '../../shared/errors.ts';
import type { PersonaAnswer } from '../contract/persona.ts';
import type { IdempotentRequest } from '../idempotent-route.ts';
import { personaAnswer } from '../persona-response.ts';
import type { route } from './route.ts';

export type CreatePersonaDeps = Omit<Deps<typeof route>, 'requests' | 'here'> & {
  /** Music of other places is refused; none is unless given. */
  readonly here?: Here;
};

/** Milliseconds after which nobody can be at the call any more: the function has 20 s. */
const longestCall = 60_000;

/**
 * `POST /personas`: makes a persona of a clip that was generated for the caller. The provider answers at once, and
 * what it takes for it is not documented, so the call is made behind a fence in the record: of two requests at once
 * one calls, a persona that is there is answered, and where the answer was lost only a request that says `again`
 * calls once more.
 * @throws ChirpsmithError BadInput listing every field at once; NotPossible while somebody else makes it;
 *   NeedsDecision while it is in doubt; the provider's refusal, after which nothing is in doubt
 */
export async function createPersona(
  subject: string,
  { generation, clip, again, ...said }: BodyOf<typeof route>,
  deps: CreatePersonaDeps,
  { requestId }: Pick<IdempotentRequest, 'requestId'> = {},
): Promise<PersonaAnswer> {
  const { personas, now } = deps;
  const problems = personaTextProblems(said);
  const from = await clipOf(subject, generation.toLowerCase(), clip, deps);
  if ('problem' in from) problems.push(from.problem);
  if ('problem' in from || problems.length > 0) {
    throw new ChirpsmithError('BadInput', 'A persona cannot be made like this.', { problems });
  }

  const { session, clipId } = from;
  const { sessionId, provider } = session;
  const wish = {
    owner: subject,
    ...said,
    clipId,
    dialect: from.dialect,
    sessionId,
    ...(provider && { provider }),
  };
  const seen = await personas.find(wish);
  if (seen && isMade(seen)) {
    if (seen.description === said.description) return personaAnswer(seen);
    throw new ChirpsmithError(
      'NotPossible',
      `There is a persona "${said.name}" of this clip, with another description: give this one another name.`,
    );
  }
  const moment = now();
  if (seen?.fence === 'intent' && Date.parse(moment) - Date.parse(seen.requestedAt) < longestCall) {
    throw beingMade(said.name);
  }
  const isRepeated = requestId !== undefined && seen?.requestId === requestId;
  if (seen && seen.fence !== 'none' && (!again || isRepeated)) throw inDoubt(seen);

  const calls = seen?.calls ?? 0;
  const fenced = { ...wish, requestedAt: moment, ...(requestId === undefined ? {} : { requestId }) };
  const intent = await personas
    .put({ ...fenced, fence: 'intent', calls: calls + 1 }, seen)
    .catch((error: unknown) => {
      const lost = error instanceof ChirpsmithError && error.name === 'RecordConflict';
      throw lost ? beingMade(said.name) : error;
    });
  let personaId: string;
  try {
    ({ personaId } = await deps.providerOf(wish.dialect).persona({ ...said, clipId: wish.clipId }));
  } catch (error) {
    // Not one of ours: a bug, and in doubt.
    if (!(error instanceof ChirpsmithError)) throw error;
    if (error instanceof ProviderError && error.taken === 'unknown') {
      const lost = { ...fenced, fence: 'unknown', calls: calls + 1, lost: error.message } as const;
      throw inDoubt(await personas.put(lost, intent));
    }
    // Surely not taken, or not even sent; a doubt about an earlier call stays.
    const before = seen?.lost === undefined ? {} : { lost: seen.lost };
    const fence = calls > 0 ? 'unknown' : 'none';
    // A repetition of this request may call again: this call came to nothing.
    await personas.put({ ...fenced, ...before, fence, calls, requestId: seen?.requestId }, intent);
    if (!(error instanceof ProviderError)) throw error;
    const words = error.reason ?? error.message;
    throw new ChirpsmithError(
      error.name,
      `The persona was not made, and nothing was taken for this call: ${words}`,
      { cause: error },
    );
  }
  try {
    await deps.store.claimId(session, 'persona', personaId, clipId);
  } catch (error) {
    if (!isContradiction(error)) throw error;
    // The id is of another clip's persona, so no answer has given one for this clip.
    const lost = { ...fenced, fence: 'unknown', calls: calls + 1, lost: error.message } as const;
    throw inDoubt(await personas.put(lost, intent));
  }
  const made = { ...fenced, fence: 'made', calls: calls + 1, personaId, createdAt: now() } as const;
  return personaAnswer(await personas.put(made, intent));
}

const beingMade = (name: string) =>
  new ChirpsmithError(
    'NotPossible',
    `The persona "${name}" is being made at this moment; nothing was sent twice.`,
  );

function inDoubt({ name, lost, calls }: Persona): ChirpsmithError {
  const what = lost === undefined ? 'no answer was recorded' : lost;
  return new ChirpsmithError(
    'NeedsDecision',
    `The persona "${name}" may have been made or not: the answer to the call was lost (${what}). ` +
      `It was called ${calls === 1 ? 'once' : `${calls} times`}; asking with "again" calls once more, which may make and cost another one.`,
  );
}

/** The clip that is meant, or what is wrong with it. Documented: generated, not uploaded, and at the same service. */
async function clipOf(
  subject: string,
  generation: string,
  clip: string | undefined,
  { store, relay, here }: CreatePersonaDeps,
): Promise<(Pick<Persona, 'clipId' | 'dialect'> & { session: Session }) | { problem: Problem }> {
  const wrong = (where: string, message: string) => ({ problem: { where, message } });
  const session = isSessionId(generation) ? (await store.read(generation))?.session : undefined;
  if (!session || session.owner !== subject) return wrong('generation', 'is no music of yours');
  const { kind, music, status, provider } = session;
  if (!music) {
    const what = kind === 'batch' ? 'a batch' : 'a training';
    return wrong(
      'generation',
      `is ${what}: its clips are uploads, and a persona is made of generated music only`,
    );
  }
  const { dialect, clips } = music;
  if (clips.length === 0) return wrong('generation', `has no clip: it is "${status}"`);
  const problem = here && elsewhere('', provider, here);
  if (problem !== undefined) return wrong('generation', problem);
  if (dialect === 'relay' && relay !== true) {
    return wrong('generation', `was made at the relay, and ${noRelay(relay)}`);
  }
  // Which is the first with its audio changes until all have it, and the same request would mean another persona then.
  const isWhole = clips.every(({ key }) => key !== undefined);
  const clipId = clip ?? (isWhole ? clips[0]?.clipId : undefined);
  if (clipId === undefined) {
    return wrong('clip', `is missing, and the audio is not all kept yet: say which of ${idsOf(music)}`);
  }
  if (!clips.some((one) => one.clipId === clipId)) {
    return wrong(
      'clip',
      `is no clip of this music, and an uploaded one cannot be a persona: use one of ${idsOf(music)}`,
    );
  }
  return { clipId, dialect, session };
}

const idsOf = ({ clips }: Music) => clips.map(({ clipId }) => clipId).join(', ');
