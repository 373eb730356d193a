import type { Executions } from '../../functions/domain/executions.ts';
import type { ModelStore } from '../../functions/domain/model.ts';
import type { WholeSessionStore } from '../../functions/domain/session-records.ts';
import type { MusicProvider, TrainingProvider } from '../../functions/provider/provider.ts';
import type { CapabilityName, DepsOf } from '../../functions/runtime/capabilities.ts';
import { folderOf, keyOf, type StateSpec } from '../../functions/runtime/spec.ts';
import { toChirpsmithError } from '../../functions/shared/aws-errors.ts';
import type { Settings } from '../../functions/shared/settings.ts';
import { taskEvent } from '../../functions/shared/state-contracts.ts';
import type { FileLists } from '../../functions/storage/file-list.ts';
import { states } from '../../infra/specs.ts';
import { LambdaError } from '../../packages/local-aws/lambda.ts';
import type { AudioBucket } from './audio-bucket.ts';

type Work = (input: unknown, deps: object) => Promise<unknown>;

/** The work of a state, by its spec: as its handler finds it. */
async function workOf(spec: StateSpec): Promise<Work> {
  const file = `functions/workflow/${folderOf(spec)}/${folderOf(spec)}.ts`;
  const module: Readonly<Record<string, Work>> = await import(new URL(`../../${file}`, import.meta.url).href);
  const work = module[keyOf(spec)];
  if (work) return work;
  throw new Error(`${file} exports no ${keyOf(spec)}.`);
}

const works = await Promise.all(states.map(async (spec) => ({ spec, work: await workOf(spec) })));

export interface FunctionDeps {
  readonly store: WholeSessionStore;
  readonly models: ModelStore;
  readonly provider: TrainingProvider;
  readonly musicProvider: MusicProvider;
  readonly executions: Executions;
  readonly bucket: AudioBucket;
  readonly lists: Pick<FileLists, 'read'>;
  readonly clipAudio: DepsOf<'clips.download' | 'clips.keep'>;
  readonly settings: Settings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
}

/** What the rig gives for each thing that states use, of the type that the work is given in AWS. */
function capabilitiesOf({
  store,
  models,
  provider,
  musicProvider,
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
  const { download, keep } = clipAudio;
  const providerOf = () => musicProvider;
  const given: { readonly [Name in CapabilityName]?: DepsOf<Name> } = {
    clock: { now },
    random: { random },
    settings: { settings },
    'sessions.read': { store },
    'sessions.readWhole': { store },
    'sessions.create': { store },
    'sessions.update': { store },
    'sessions.note': { store },
    'tracks.update': { store },
    'ids.claim': { store },
    'durations.read': { store },
    'durations.add': { store },
    'models.register': { models },
    'audio.bucket': { bucket: 'audio' },
    'audio.reach': { audioWay: { check: async () => {} } },
    'audio.look': { audioWay: { look: async () => ({}) } },
    'audio.inspect': { inspect, hash, copy },
    'audio.offer': { downloads, find },
    'provider.open': { provider },
    'provider.upload': { provider },
    'provider.create': { provider },
    'provider.status': { provider },
    'provider.credits': { provider },
    relay: { relay: { set: 'RELAY_BASE_URL' } },
    'music.request': { providerOf },
    'music.status': { providerOf },
    'clips.download': { download },
    'clips.keep': { keep },
    'fileLists.read': { lists },
    'trainings.see': { executions },
    'batches.see': { executions },
  };
  return given;
}

/**
 * What each state of the machines runs, by its title: the work of its spec, with what the spec uses.
 * Errors leave them named as functions/runtime/run-task.ts names them.
 * @throws Error when a state uses what the rig does not give
 */
export function workflowFunctions(deps: FunctionDeps) {
  const given = capabilitiesOf(deps);
  const functions = new Map(
    works.map(({ spec, work }) => {
      const used = spec.uses.map((name) => {
        if (given[name]) return given[name];
        throw new Error(`The rig does not give "${name}", which the state "${spec.name}" uses.`);
      });
      return [spec.name, { spec, work, deps: Object.fromEntries(used.flatMap(Object.entries)) }];
    }),
  );

  return async (state: string, payload: unknown): Promise<unknown> => {
    const found = functions.get(state);
    if (!found) throw new Error(`The rig has no function for the state "${state}".`);
    try {
      const { spec, work, deps } = found;
      return await work(spec.input.parse(spec.wholeEvent ? payload : taskEvent.parse(payload).input), deps);
    } catch (error) {
      const { name, message } = toChirpsmithError(error);
      throw new LambdaError(name, message);
    }
  };
}
