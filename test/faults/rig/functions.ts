import type { Provider } from '../../../functions/provider/provider.ts';
import { folderOf, keyOf, type StateSpec } from '../../../functions/runtime/spec.ts';
import type { Executions } from '../../../functions/sessions/executions.ts';
import type { FileLists } from '../../../functions/sessions/file-list.ts';
import type { ModelStore } from '../../../functions/sessions/model-store.ts';
import type { SessionStore } from '../../../functions/sessions/session-store.ts';
import { nameError } from '../../../functions/shared/aws-errors.ts';
import type { Settings } from '../../../functions/shared/settings.ts';
import { taskEvent } from '../../../functions/shared/states.ts';
import type { KeepAudioDeps } from '../../../functions/workflow/keep-audio/keep-audio.ts';
import { states } from '../../../infra/specs.ts';
import { LambdaError } from '../../../local/lambda.ts';
import type { AudioBucket } from './audio-bucket.ts';

type Work = (input: unknown, deps: object) => Promise<unknown>;

/** The work of a state, by its spec: as its handler finds it. */
async function workOf(spec: StateSpec): Promise<Work> {
  const file = `functions/workflow/${folderOf(spec)}/${folderOf(spec)}.ts`;
  const module: Readonly<Record<string, Work>> = await import(
    new URL(`../../../${file}`, import.meta.url).href
  );
  const work = module[keyOf(spec)];
  if (work) return work;
  throw new Error(`${file} exports no ${keyOf(spec)}.`);
}

const works = new Map(
  await Promise.all(states.map(async (spec) => [spec.name, { spec, work: await workOf(spec) }] as const)),
);

export interface FunctionDeps {
  readonly store: SessionStore;
  readonly models: ModelStore;
  readonly provider: Provider;
  readonly executions: Executions;
  readonly bucket: AudioBucket;
  readonly lists: Pick<FileLists, 'read'>;
  readonly clipAudio: Pick<KeepAudioDeps, 'download' | 'keep'>;
  readonly settings: Settings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * What each state of the machines runs, by its title: the work of its spec, with what its handler gives it.
 * Errors leave them named as functions/runtime/run-task.ts names them.
 */
export function workflowFunctions({
  store,
  models,
  provider,
  executions,
  bucket,
  clipAudio,
  lists,
  settings,
  ...chance
}: FunctionDeps) {
  const now = () => new Date(chance.now()).toISOString();
  const { inspect, hash, copy, downloads, find } = bucket;
  const { random } = chance;
  // What the handlers give them: each takes of it what its spec uses.
  const deps = {
    ...{ store, models, provider, executions, lists, settings, now, random },
    ...{ inspect, hash, copy, downloads, find, bucket: 'audio' },
    ...{ providerOf: () => provider, relay: false, ...clipAudio },
  };

  return async (state: string, payload: unknown): Promise<unknown> => {
    const found = works.get(state);
    if (!found) throw new Error(`The rig has no function for the state "${state}".`);
    try {
      const { spec, work } = found;
      return await work(spec.input.parse(spec.wholeEvent ? payload : taskEvent.parse(payload).input), deps);
    } catch (error) {
      const { name, message } = nameError(error);
      throw new LambdaError(name, message);
    }
  };
}
