import * as z from 'zod';
import type { Provider } from '../../../functions/provider/provider.ts';
import type { Executions } from '../../../functions/sessions/executions.ts';
import type { FileLists } from '../../../functions/sessions/file-list.ts';
import type { ModelStore } from '../../../functions/sessions/model-store.ts';
import type { SessionStore } from '../../../functions/sessions/session-store.ts';
import { nameError } from '../../../functions/shared/aws-errors.ts';
import type { Settings } from '../../../functions/shared/settings.ts';
import {
  compareListsState,
  createModelState,
  failureState,
  fileState,
  keepAudioState,
  musicState,
  requestMusicState,
  submitUploadState,
  taskEvent,
  trainingState,
  uploadState,
} from '../../../functions/shared/states.ts';
import { checkMusic } from '../../../functions/workflow/check-music/check-music.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { checkUpload } from '../../../functions/workflow/check-upload/check-upload.ts';
import { compareLists } from '../../../functions/workflow/compare-lists/compare-lists.ts';
import { createModel } from '../../../functions/workflow/create-model/create-model.ts';
import { enoughClips } from '../../../functions/workflow/enough-clips/enough-clips.ts';
import { inspectFile } from '../../../functions/workflow/inspect-file/inspect-file.ts';
import { type KeepAudioDeps, keepAudio } from '../../../functions/workflow/keep-audio/keep-audio.ts';
import { prepareBatch } from '../../../functions/workflow/prepare-batch/prepare-batch.ts';
import { prepareSession } from '../../../functions/workflow/prepare-session/prepare-session.ts';
import { recordFailure } from '../../../functions/workflow/record-failure/record-failure.ts';
import { requestMusic } from '../../../functions/workflow/request-music/request-music.ts';
import { submitUpload } from '../../../functions/workflow/submit-upload/submit-upload.ts';
import { LambdaError } from '../../../local/lambda.ts';
import type { AudioBucket } from './audio-bucket.ts';

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
 * What each state of the machines runs, by its title: the domain functions with what their handlers give them.
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
  const checking = { store, provider, settings, now };
  const calling = { ...checking, random: chance.random };
  const preparing = { ...calling, executions, inspect, hash, copy, bucket: 'audio' };
  const ofMusic = { ...calling, providerOf: () => provider, relay: false };

  const works: Readonly<Record<string, (input: unknown, payload: unknown) => Promise<unknown>>> = {
    'Prepare session': (_, payload) => prepareSession(taskEvent.parse(payload), preparing),
    'Submit upload': (input) => submitUpload(submitUploadState.parse(input), { ...calling, downloads, find }),
    'Check upload': (input) => checkUpload(uploadState.parse(input), checking),
    'Enough clips?': (input) =>
      enoughClips(z.object({ sessionId: z.string().min(1) }).parse(input), { store, settings, now }),
    'Create model': (input) => createModel(createModelState.parse(input), calling),
    'Check training': (input) => checkTraining(trainingState.parse(input), { ...checking, models }),
    'Prepare batch': (_, payload) => prepareBatch(taskEvent.parse(payload), { ...preparing, lists }),
    'Inspect file': (input) =>
      inspectFile(fileState.parse(input), { store, inspect, hash, copy, settings, now }),
    'Compare lists': (input) => compareLists(compareListsState.parse(input), checking),
    'Request music': (input) => requestMusic(requestMusicState.parse(input), ofMusic),
    'Check music': (input) => checkMusic(musicState.parse(input), ofMusic),
    'Keep audio': (input) => keepAudio(keepAudioState.parse(input), { ...ofMusic, ...clipAudio }),
    'Record failure': (_, payload) => recordFailure(failureState.parse(payload), { store, now }),
  };

  return async (state: string, payload: unknown): Promise<unknown> => {
    const work = works[state];
    if (!work) throw new Error(`The rig has no function for the state "${state}".`);
    try {
      return await work(taskEvent.parse(payload).input, payload);
    } catch (error) {
      const { name, message } = nameError(error);
      throw new LambdaError(name, message);
    }
  };
}
