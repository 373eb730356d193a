import { beginRun } from '../../sessions/begin-run.ts';
import type { Executions } from '../../sessions/executions.ts';
import type { Model, ModelStore } from '../../sessions/model-store.ts';
import { isMistypedId, isModelId, musicProblems, stockModels } from '../../sessions/music-rules.ts';
import { newSession } from '../../sessions/new-session.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { type CreatedGenerationAnswer, createGenerationBody } from '../generation-contract.ts';
import { parseInput } from '../request.ts';
import { sessionAnswer } from '../session-answer.ts';

export interface CreateGenerationDeps {
  readonly store: SessionStore;
  readonly models: Pick<ModelStore, 'list'>;
  readonly executions: Executions;
  readonly settings: Settings;
  readonly now: () => number;
  readonly newId: () => string;
}

/**
 * `POST /generations`: checks the request, finds the model, records the session and begins its run.
 * @throws ChirpsmithError BadInput listing every field at once, RecordConflict, StorageUnavailable
 */
export async function createGeneration(
  subject: string,
  body: unknown,
  deps: CreateGenerationDeps,
): Promise<CreatedGenerationAnswer> {
  const { store, settings } = deps;
  const { model: wanted, ...request } = parseInput(createGenerationBody, body);
  const problems = musicProblems(request);
  const found = await modelOf(wanted.trim(), subject, deps.models);
  if ('problem' in found) problems.push({ where: 'model', message: found.problem });
  if ('problem' in found || problems.length > 0) {
    throw new ChirpsmithError('BadInput', 'Music cannot be made like this.', { problems });
  }

  const { warning, ...model } = found;
  const sessionId = deps.newId();
  const session = newSession(
    {
      sessionId,
      kind: 'music',
      owner: subject,
      startedBy: 'api',
      name: nameOf(request),
      minClips: 0,
      skipInvalid: false,
      music: { ...model, ...request, clips: [] },
    },
    settings,
    new Date(deps.now()).toISOString(),
  );
  await store.create(session, []);
  const begun = await beginRun(sessionId, deps);
  return {
    session: sessionAnswer({ session: begun, tracks: [] }, settings, false),
    warnings: warning === undefined ? [] : [warning],
  };
}

type Found = { model: string; modelName?: string; warning?: string } | { problem: string };

/** An id as it is; a name stands for the newest model of that name. */
async function modelOf(wanted: string, owner: string, models: Pick<ModelStore, 'list'>): Promise<Found> {
  if (isModelId(wanted)) return { model: wanted };
  const all = await models.list(owner);
  const [newest, ...older] = all.filter(({ name }) => name === wanted);
  if (!newest) return { problem: unknown(wanted, all) };
  const found = { model: newest.modelId, modelName: newest.name };
  if (older.length === 0) return found;
  const warning = `${older.length + 1} models are called "${wanted}"; the newest is used, made ${newest.createdAt}: ${newest.modelId}.`;
  return { ...found, warning };
}

function unknown(wanted: string, models: readonly Model[]): string {
  if (isMistypedId(wanted)) {
    return `is no model's id: use chirp-custom:<uuid>, the name of a model of yours, or one of ${stockModels.join(', ')}`;
  }
  const names = [...new Set(models.map(({ name }) => `"${name}"`))].slice(0, 10);
  const known = names.length > 0 ? `your models are ${names.join(', ')}` : 'you have no model yet';
  return `is "${wanted}", and no model of yours has this name: ${known}`;
}

/** A session has a name; music without a title goes by the beginning of its prompt. */
function nameOf({ title, prompt }: { title?: string | undefined; prompt: string }): string {
  const words = (title ?? prompt).replace(/[\p{Cc}\s]+/gu, ' ').trim();
  const characters = [...words];
  return characters.length <= 60 ? words : `${characters.slice(0, 59).join('')}…`;
}
