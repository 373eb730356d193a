import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { eventTypes } from '../functions/shared/event-types.ts';
import type { Config } from './config.ts';
import {
  type BoundMachine,
  bindAudioDeletion,
  bindAudioList,
  bindAudioName,
  bindAudioRead,
  bindAudioWrite,
  bindDescribe,
  bindEventBus,
  bindFileListRead,
  bindFileListWrite,
  bindInbox,
  bindOwnerIndex,
  bindProvider,
  bindProviderUrls,
  bindRecords,
  bindRuns,
  bindSettings,
  bindStop,
  bindTable,
  bindUnderWayIndex,
  bindUploadsRead,
} from './constructs/bindings.ts';
import { Inbox } from './constructs/inbox.ts';
import { musicRoutes, musicWorkflow } from './constructs/music.ts';
import { operating } from './constructs/operating.ts';
import { relayKeySecret } from './constructs/relay-key.ts';
import { type Route, SessionApi } from './constructs/session-api.ts';
import { Sweep } from './constructs/sweep.ts';
import { Webhook } from './constructs/webhook.ts';
import { Workflow, workflowName } from './constructs/workflow.ts';
import { WorkflowFunction } from './constructs/workflow-function.ts';
import type { StorageStack } from './storage-stack.ts';
import { requireBoundedHistory } from './workflows/bounded-history.ts';
import { longestBatch, longestRun } from './workflows/bounds.ts';
import { type TrainModelFunctions, trainModel } from './workflows/train-model.ts';
import { uploadBatch } from './workflows/upload-batch.ts';

export interface ServiceStackProps extends StackProps {
  readonly config: Config;
  readonly storage: StorageStack;
}

const trainModelName = 'train-model';
const uploadBatchName = 'upload-batch';

const trainMachine = (config: Config): BoundMachine => ({
  kind: 'train',
  name: workflowName(config, trainModelName),
});
const batchMachine = (config: Config): BoundMachine => ({
  kind: 'batch',
  name: workflowName(config, uploadBatchName),
});

/** Everything that can be thrown away and made anew: functions, the machine, the API. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, { ...props, description: 'Chirpsmith: functions, machines and the HTTP API' });
    const { config, storage } = props;
    requireBoundedHistory(config.settings);

    const functions = workflowFunctions(this, config, storage);
    const training = new Workflow(this, 'TrainModel', {
      config,
      name: trainModelName,
      comment: 'From the audio of a session to a custom music model',
      functions: Object.values(functions),
      seconds: longestRun(config.settings),
      definition: (states) => trainModel(states, functions, config.settings),
    });
    const relayKey = relayKeySecret(this, config);
    const { recordFailure } = functions;
    const music = musicWorkflow(this, { config, storage, recordFailure, relayKey });
    const batch = uploadBatchMachine(this, config, storage, functions);
    const machines = [
      trainMachine(config),
      batchMachine(config),
      { kind: 'music', name: music.name } as const,
    ];
    const more = musicRoutes(this, { config, storage, workflow: music, relayKey });
    const api = sessionApi(this, config, storage, machines, more);
    const swept = sweep(this, config, storage, machines);
    const manifests = inbox(this, config, storage);
    const url = config.webhookUrl;
    const webhook = url === undefined ? undefined : new Webhook(this, 'Webhook', { config, url });
    operating(this, {
      config,
      workflows: [training, batch, music],
      sweep: swept,
      recordFailure,
      api: api.api,
      others: [manifests.fn, ...(webhook ? [webhook.fn] : [])],
      deadLetters: { inbox: manifests.deadLetters, ...(webhook && { webhook: webhook.deadLetters }) },
    });

    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'ProviderBaseUrl', { value: config.providerBaseUrl });
    if (config.relayBaseUrl !== undefined) {
      new CfnOutput(this, 'RelayBaseUrl', { value: config.relayBaseUrl });
    }
    new CfnOutput(this, 'StateMachineArn', { value: training.machine.stateMachineArn });
    new CfnOutput(this, 'BatchMachineArn', { value: batch.machine.stateMachineArn });
  }
}

function workflowFunctions(scope: Construct, config: Config, storage: StorageStack): TrainModelFunctions {
  const make = (
    id: string,
    folder: string,
    description: string,
    seconds: number,
    more: { memory?: number; atOnce?: number } = {},
  ) =>
    new WorkflowFunction(scope, id, { config, folder: `workflow/${folder}`, description, seconds, ...more });
  const atOnce = config.reservedConcurrency;

  // Looks into every file of the session, at most 64 reads each. The others make a call or two to the
  // provider, which is given 15 s for each, and a few to AWS.
  const prepareSession = make('PrepareSession', 'prepare-session', 'Prepare session', 300, {
    memory: 512,
    atOnce: atOnce.prepareSession,
  });
  bindSettings(prepareSession, config);
  bindTable(prepareSession, storage, 'GetItem', 'Query', 'PutItem', 'UpdateItem');
  bindAudioRead(prepareSession, storage);
  bindAudioList(prepareSession, storage);
  bindAudioWrite(prepareSession, storage);
  bindProvider(prepareSession, storage, config);
  bindDescribe(prepareSession, [trainMachine(config)]);

  const submitUpload = make('SubmitUpload', 'submit-upload', 'Submit upload', 60, {
    atOnce: atOnce.submitUpload,
  });
  bindSettings(submitUpload, config);
  bindRecords(submitUpload, storage, 'GetItem', 'Query', 'UpdateItem');
  bindAudioRead(submitUpload, storage);
  bindAudioList(submitUpload, storage);
  bindProvider(submitUpload, storage, config);

  const checkUpload = make('CheckUpload', 'check-upload', 'Check upload', 45, {
    atOnce: atOnce.checkUpload,
  });
  bindSettings(checkUpload, config);
  bindRecords(checkUpload, storage, 'GetItem', 'Query', 'UpdateItem');
  bindProvider(checkUpload, storage, config);

  const enoughClips = make('EnoughClips', 'enough-clips', 'Enough clips?', 30);
  bindSettings(enoughClips, config);
  bindTable(enoughClips, storage, 'GetItem', 'Query', 'UpdateItem');

  const createModel = make('CreateModel', 'create-model', 'Create model', 60, {
    atOnce: atOnce.createModel,
  });
  bindSettings(createModel, config);
  bindTable(createModel, storage, 'GetItem', 'Query', 'UpdateItem');
  bindProvider(createModel, storage, config);

  const checkTraining = make('CheckTraining', 'check-training', 'Check training', 45, {
    atOnce: atOnce.checkTraining,
  });
  bindSettings(checkTraining, config);
  bindTable(checkTraining, storage, 'GetItem', 'Query', 'PutItem', 'UpdateItem');
  bindProvider(checkTraining, storage, config);

  const recordFailure = make('RecordFailure', 'record-failure', 'Record failure', 30);
  bindTable(recordFailure, storage, 'GetItem', 'Query', 'UpdateItem');

  return {
    prepareSession,
    submitUpload,
    checkUpload,
    enoughClips,
    createModel,
    checkTraining,
    recordFailure,
  };
}

/** The states that a batch has for itself; a file is uploaded by the same ones as a track. */
function uploadBatchMachine(
  scope: Construct,
  config: Config,
  storage: StorageStack,
  { submitUpload, checkUpload, recordFailure }: TrainModelFunctions,
): Workflow {
  const make = (id: string, folder: string, description: string, seconds: number, memory = 256, atOnce = 0) =>
    new WorkflowFunction(scope, id, {
      config,
      folder: `workflow/${folder}`,
      description,
      seconds,
      memory,
      atOnce,
    });
  const reserved = config.reservedConcurrency;

  // Reads and writes thousands of records, and calls the provider once.
  const prepareBatch = make(
    'PrepareBatch',
    'prepare-batch',
    'Prepare batch',
    300,
    512,
    reserved.prepareBatch,
  );
  bindSettings(prepareBatch, config);
  bindTable(prepareBatch, storage, 'GetItem', 'Query', 'PutItem', 'UpdateItem');
  bindAudioName(prepareBatch, storage);
  bindFileListRead(prepareBatch, storage);
  bindProvider(prepareBatch, storage, config);
  bindDescribe(prepareBatch, [batchMachine(config)]);

  // At most 64 reads of one file.
  const inspectFile = make('InspectFile', 'inspect-file', 'Inspect file', 60);
  bindSettings(inspectFile, config);
  bindRecords(inspectFile, storage, 'GetItem', 'UpdateItem');
  bindAudioRead(inspectFile, storage);
  bindAudioList(inspectFile, storage);
  bindAudioWrite(inspectFile, storage);

  const compareLists = make(
    'CompareLists',
    'compare-lists',
    'Compare lists',
    120,
    512,
    reserved.compareLists,
  );
  bindSettings(compareLists, config);
  bindTable(compareLists, storage, 'GetItem', 'Query', 'UpdateItem');
  bindProvider(compareLists, storage, config);

  const functions = { prepareBatch, inspectFile, submitUpload, checkUpload, compareLists, recordFailure };
  return new Workflow(scope, 'UploadBatch', {
    config,
    name: uploadBatchName,
    comment: "From files to clips on one of the provider's accounts",
    functions: Object.values(functions),
    seconds: longestBatch(config.settings),
    distributed: true,
    definition: (states) => uploadBatch(states, functions, config.settings),
  });
}

function sessionApi(
  scope: Construct,
  config: Config,
  storage: StorageStack,
  all: readonly BoundMachine[],
  more: readonly Route[],
): SessionApi {
  // API Gateway itself gives up after 30 s (documented).
  const make = (id: string, folder: string, description: string) =>
    new WorkflowFunction(scope, id, { config, folder: `api/${folder}`, description, seconds: 20 });

  const createSession = make('CreateSession', 'create-session', 'POST /sessions');
  bindSettings(createSession, config);
  bindTable(createSession, storage, 'GetItem', 'Query', 'PutItem');
  bindProviderUrls(createSession, config);
  bindAudioWrite(createSession, storage);

  const addFiles = make('AddFiles', 'add-files', 'POST /sessions/{id}/files');
  bindSettings(addFiles, config);
  bindRecords(addFiles, storage, 'GetItem', 'PutItem', 'UpdateItem');
  bindAudioWrite(addFiles, storage);

  // All of them begin a run, or find that one runs already.
  const begins = (id: string, folder: string, route: string, machines = all) => {
    const fn = make(id, folder, route);
    bindSettings(fn, config);
    bindTable(fn, storage, 'GetItem', 'Query', 'PutItem', 'UpdateItem');
    bindProviderUrls(fn, config);
    bindRuns(fn, machines);
    return fn;
  };
  const startSession = begins('StartSession', 'start-session', 'POST /sessions/{id}/start');
  const resumeSession = begins('ResumeSession', 'resume-session', 'POST /sessions/{id}/resume');
  // Only a training stops for its price.
  const approveSession = begins('ApproveSession', 'approve-session', 'POST /sessions/{id}/approve', [
    trainMachine(config),
  ]);
  const decideSession = begins('DecideSession', 'decide-session', 'POST /sessions/{id}/decide');

  const cancelSession = make('CancelSession', 'cancel-session', 'POST /sessions/{id}/cancel');
  bindSettings(cancelSession, config);
  bindTable(cancelSession, storage, 'GetItem', 'Query', 'UpdateItem');
  bindStop(cancelSession, all);

  const replaceTrack = make('ReplaceTrack', 'replace-track', 'PUT /sessions/{id}/tracks/{trackId}');
  bindSettings(replaceTrack, config);
  bindRecords(replaceTrack, storage, 'GetItem', 'Query', 'UpdateItem');
  bindAudioWrite(replaceTrack, storage);

  const signUploads = make('SignUploads', 'sign-uploads', 'POST /sessions/{id}/uploads');
  bindSettings(signUploads, config);
  bindRecords(signUploads, storage, 'GetItem', 'UpdateItem');
  bindAudioWrite(signUploads, storage);
  bindUploadsRead(signUploads, storage);

  const getSession = make('GetSession', 'get-session', 'GET /sessions/{id}');
  bindSettings(getSession, config);
  bindTable(getSession, storage, 'Query');
  bindDescribe(getSession, all);

  const deleteSession = make('DeleteSession', 'delete-session', 'DELETE /sessions/{id}');
  bindTable(deleteSession, storage, 'GetItem', 'Query', 'UpdateItem', 'DeleteItem');
  bindAudioDeletion(deleteSession, storage);
  bindDescribe(deleteSession, all);

  const openapi = make('OpenApi', 'openapi', 'GET /openapi.json');
  const unknownRoute = make('UnknownRoute', 'unknown-route', 'Whatever is no route');

  const listSessions = make('ListSessions', 'list-sessions', 'GET /sessions');
  bindOwnerIndex(listSessions, storage);

  return new SessionApi(scope, 'SessionApi', {
    config,
    tokens: storage.tokens,
    unknownRoute,
    routes: [
      { method: 'POST', path: '/sessions', fn: createSession },
      { method: 'POST', path: '/sessions/{id}/files', fn: addFiles },
      { method: 'POST', path: '/sessions/{id}/uploads', fn: signUploads },
      { method: 'POST', path: '/sessions/{id}/start', fn: startSession },
      { method: 'POST', path: '/sessions/{id}/resume', fn: resumeSession },
      { method: 'POST', path: '/sessions/{id}/approve', fn: approveSession },
      { method: 'POST', path: '/sessions/{id}/decide', fn: decideSession },
      { method: 'POST', path: '/sessions/{id}/cancel', fn: cancelSession },
      { method: 'PUT', path: '/sessions/{id}/tracks/{trackId}', fn: replaceTrack },
      { method: 'GET', path: '/sessions/{id}', fn: getSession },
      { method: 'DELETE', path: '/sessions/{id}', fn: deleteSession },
      { method: 'GET', path: '/sessions', fn: listSessions },
      {
        method: 'GET',
        path: '/openapi.json',
        fn: openapi,
        openBecause: 'What the API is may be read by anybody; it tells nothing of what is stored.',
      },
      ...more,
    ],
  });
}

/** Looks after sessions whose execution is gone. */
function sweep(
  scope: Construct,
  config: Config,
  storage: StorageStack,
  machines: readonly BoundMachine[],
): WorkflowFunction {
  const { fn } = new Sweep(scope, 'Sweep', { config });
  bindTable(fn, storage, 'GetItem', 'UpdateItem');
  bindUnderWayIndex(fn, storage);
  bindProviderUrls(fn, config);
  bindRuns(fn, machines);
  return fn;
}

/** Starts a session for each manifest that somebody puts beside audio. */
function inbox(scope: Construct, config: Config, storage: StorageStack): Inbox {
  const made = new Inbox(scope, 'Inbox', { config, bucketName: storage.bucket.bucketName });
  const { fn } = made;
  bindSettings(fn, config);
  bindInbox(fn, storage, config);
  bindFileListWrite(fn, storage);
  bindRuns(fn, [trainMachine(config), batchMachine(config)]);
  bindEventBus(fn, eventTypes.manifestRefused);
  return made;
}
