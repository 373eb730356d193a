import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { machines, type SessionKind, sessionKinds } from '../functions/shared/states.ts';
import { state as recordFailure } from '../functions/workflow/record-failure/state.ts';
import type { Config } from './config.ts';
import {
  type BoundMachine,
  bindAudioDeletion,
  bindAudioWrite,
  bindDescribe,
  bindOwnerIndex,
  bindProviderUrls,
  bindRecords,
  bindRuns,
  bindSettings,
  bindStop,
  bindTable,
  bindUploadsRead,
} from './constructs/bindings.ts';
import { Inbox } from './constructs/inbox.ts';
import { musicRoutes } from './constructs/music.ts';
import { operating } from './constructs/operating.ts';
import { relayKeySecret } from './constructs/relay-key.ts';
import { type Route, SessionApi } from './constructs/session-api.ts';
import { StateFunctions } from './constructs/spec-functions.ts';
import { Sweep } from './constructs/sweep.ts';
import { Webhook } from './constructs/webhook.ts';
import { Workflow, workflowName } from './constructs/workflow.ts';
import { WorkflowFunction } from './constructs/workflow-function.ts';
import type { StorageStack } from './storage-stack.ts';
import { requireBoundedHistory } from './workflows/bounded-history.ts';
import { longestBatch, longestRun } from './workflows/bounds.ts';
import { generateMusic } from './workflows/generate-music.ts';
import { longestMusic } from './workflows/music-bounds.ts';
import { trainModel } from './workflows/train-model.ts';
import { uploadBatch } from './workflows/upload-batch.ts';

export interface ServiceStackProps extends StackProps {
  readonly config: Config;
  readonly storage: StorageStack;
}

const machineOf = (config: Config, kind: SessionKind): BoundMachine => ({
  kind,
  name: workflowName(config, machines[kind]),
});

/** Everything that can be thrown away and made anew: functions, the machine, the API. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, { ...props, description: 'Chirpsmith: functions, machines and the HTTP API' });
    const { config, storage } = props;
    requireBoundedHistory(config.settings);

    const relayKey = relayKeySecret(this, config);
    const where = { config, storage, relayKey };
    const functions = new StateFunctions(this, where);
    const training = new Workflow(this, 'TrainModel', {
      config,
      name: machines.train,
      comment: 'From the audio of a session to a custom music model',
      functions,
      seconds: longestRun(config.settings),
      definition: trainModel,
    });
    const music = new Workflow(this, 'Music', {
      config,
      name: machines.music,
      comment: 'From a prompt to audio in the bucket',
      functions,
      seconds: longestMusic(config.settings),
      definition: generateMusic,
    });
    const batch = new Workflow(this, 'UploadBatch', {
      config,
      name: machines.batch,
      comment: "From files to clips on one of the provider's accounts",
      functions,
      seconds: longestBatch(config.settings),
      distributed: true,
      definition: uploadBatch,
    });
    const all = sessionKinds.map((kind) => machineOf(config, kind));
    const more = musicRoutes(this, { config, storage, workflow: music, relayKey });
    const api = sessionApi(this, config, storage, all, more);
    const swept = new Sweep(this, 'Sweep', where);
    const manifests = new Inbox(this, 'Inbox', where);
    const url = config.webhookUrl;
    const webhook = url === undefined ? undefined : new Webhook(this, 'Webhook', { ...where, url });
    operating(this, {
      config,
      workflows: [training, batch, music],
      sweep: swept.fn,
      recordFailure: functions.of(recordFailure),
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
    machineOf(config, 'train'),
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
