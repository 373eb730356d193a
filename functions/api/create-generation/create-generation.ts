import { clipDoubt, defaultModel, dialectOf, dialectProblems } from '../../domain/dialect-rules.ts';
import { modelNote, musicProblems } from '../../domain/music-rules.ts';
import { newSession } from '../../domain/new-session.ts';
import type { Here } from '../../domain/provider-origin.ts';
import type { Session } from '../../domain/session.ts';
import { ensureStarted, startRun } from '../../domain/start-run.ts';
import type { BodyOf, Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { CreatedGenerationAnswer } from '../contract/music.ts';
import { nothingIfUnknown } from '../find-owned-session.ts';
import type { IdempotentRequest } from '../idempotent-route.ts';
import { sessionAnswer } from '../session-response.ts';
import { findClip } from './find-clip.ts';
import { findModel } from './find-model.ts';
import { findPersona } from './find-persona.ts';
import type { route } from './route.ts';

export type CreateGenerationDeps = Omit<Deps<typeof route>, 'requests' | 'here'> & {
  /** Models and personas of other places are refused; none is unless given. */
  readonly here?: Here;
  /** The id of the session to be created: the same when the same request is repeated. */
  readonly newId: () => string;
};

/**
 * `POST /generations`: checks the request, finds model and persona, records the session and begins its run.
 * @throws ChirpsmithError BadInput listing every field at once, RecordConflict, StorageUnavailable
 */
export async function createGeneration(
  subject: string,
  {
    model: wanted,
    persona: who,
    dialect: said,
    fromClip: clip,
    uncheckedClip,
    ...request
  }: BodyOf<typeof route>,
  deps: CreateGenerationDeps,
  { isRepeated = false, outcome }: Partial<Pick<IdempotentRequest, 'isRepeated' | 'outcome'>> = {},
): Promise<CreatedGenerationAnswer> {
  const { store, settings } = deps;
  // By its id, whatever a name stands for by now.
  const earlier = isRepeated ? await store.requireSession(deps.newId()).catch(nothingIfUnknown) : undefined;
  if (earlier) return answered(await begun(earlier, deps), outcome?.warnings ?? [], settings);
  if (outcome) {
    const words =
      'The music that this Idempotency-Key has asked for was deleted: send a new key to make more.';
    throw new ChirpsmithError('NotPossible', words);
  }
  const problems = musicProblems(request);
  const [found, sings, source] = await Promise.all([
    findModel(wanted, subject, deps),
    findPersona(who, subject, deps),
    findClip({ fromClip: clip, uncheckedClip }, subject, deps),
  ]);
  if ('problem' in found) problems.push({ where: 'model', message: found.problem });
  if ('problem' in sings) problems.push({ where: 'persona', message: sings.problem });
  if ('problem' in source) problems.push({ where: 'fromClip', message: source.problem });
  const { persona } = 'problem' in sings ? {} : sings;
  const { fromClip } = 'problem' in source ? {} : source;
  // What was named and not found says nothing of where the music is made.
  const known = !('problem' in found) && !('problem' in sings);
  const wish = {
    ...request,
    model: 'problem' in found ? undefined : found.model,
    dialect: said,
    persona,
    fromClip: clip,
  };
  const dialect = dialectOf(wish);
  const model = wish.model ?? defaultModel(dialect, persona);
  if (known) problems.push(...dialectProblems({ ...wish, model }, deps.relay));
  const isFound = !('problem' in found) && !('problem' in sings) && !('problem' in source);
  if (!isFound || model === undefined || problems.length > 0) {
    throw new ChirpsmithError('BadInput', 'Music cannot be made like this.', { problems });
  }

  const session = newSession(
    {
      sessionId: deps.newId(),
      kind: 'music',
      owner: subject,
      startedBy: 'api',
      name: nameOf(request),
      skipInvalid: false,
      music: {
        ...request,
        dialect,
        model,
        ...(found.modelName === undefined ? {} : { modelName: found.modelName }),
        ...(persona && {
          persona: { personaId: persona.personaId, clipId: persona.clipId, name: persona.name },
        }),
        ...(fromClip && { fromClip }),
        clips: [],
      },
    },
    settings,
    new Date(deps.now()).toISOString(),
  );
  await store.create(session, []);
  const doubt = fromClip && clipDoubt;
  // Of a model that was named: one that was left to the dialect is nobody's choice.
  const note = found.modelName === undefined ? modelNote(found.model) : undefined;
  const all = [found.warning, note, sings.warning, source.warning, doubt];
  const warnings = all.filter((it) => it !== undefined);
  return answered(await begun(session, deps), warnings, settings);
}

/** With its one run: music that was begun before is made again by a resume only. */
async function begun(session: Session, deps: CreateGenerationDeps): Promise<Session> {
  if (session.status === 'open') return startRun(session.sessionId, deps, undefined, { by: session.owner });
  await ensureStarted(session, deps.executions);
  return session;
}

const answered = (session: Session, warnings: string[], settings: Settings): CreatedGenerationAnswer => ({
  session: sessionAnswer({ session, tracks: [] }, settings, false),
  warnings,
});

/** A session has a name; music without a title goes by the beginning of its prompt. */
function nameOf({ title, prompt }: { title?: string | undefined; prompt: string }): string {
  const words = (title ?? prompt).replace(/[\p{Cc}\s]+/gu, ' ').trim();
  const characters = [...words];
  return characters.length <= 60 ? words : `${characters.slice(0, 59).join('')}…`;
}
