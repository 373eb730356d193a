import { Stack } from 'aws-cdk-lib';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type EventType, eventSource, eventTypes } from '../../functions/shared/event-types.ts';
import type { SessionKind } from '../../functions/shared/states.ts';
import type { Config } from '../config.ts';
import type { StorageStack } from '../storage-stack.ts';
import { executionsArn, machineArn } from './workflow.ts';
import type { WorkflowFunction } from './workflow-function.ts';

// A binding is what a function needs to use a thing, in one call: its name in the environment, and the
// permission for just the calls that the function makes.

/** Where sessions keep their audio. */
const sessionAudio = 'audio/*';
/** Keys of the audio that music keeps. */
const musicAudio = 'music/*';

type TableAction = 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** The session table, for a function that never changes the status of a session. */
export function bindRecords(fn: WorkflowFunction, { table }: StorageStack, ...actions: TableAction[]): void {
  fn.addEnvironment('TABLE_NAME', table.tableName);
  fn.allow(
    actions.map((action) => `dynamodb:${action}`),
    table.tableArn,
  );
}

/** The session table; whoever writes there tells each change of a session's status on the event bus. */
export function bindTable(fn: WorkflowFunction, storage: StorageStack, ...actions: TableAction[]): void {
  bindRecords(fn, storage, ...actions);
  if (actions.includes('PutItem') || actions.includes('UpdateItem')) {
    bindEventBus(fn, eventTypes.sessionTurned);
  }
}

/** The session table by owner, newest first; the table itself stays closed. */
export function bindOwnerIndex(fn: WorkflowFunction, { table, ownerIndexArn }: StorageStack): void {
  fn.addEnvironment('TABLE_NAME', table.tableName);
  fn.allow(['dynamodb:Query'], ownerIndexArn);
}

/** Putting audio where sessions keep it, and signing URLs that do. */
export function bindAudioWrite(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  const reason = 'Sessions and tracks are made at run time, so their keys are not known here.';
  fn.allowWildcard(['s3:PutObject'], objectsArn(sessionAudio), reason);
}

/** Seeing which uploads of sessions are there, whole or in parts. */
export function bindUploadsRead(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  const reason = 'Sessions and tracks are made at run time, so their keys are not known here.';
  fn.allowWildcard(['s3:GetObject', 's3:ListMultipartUploadParts'], objectsArn(sessionAudio), reason);
  fn.allow(['s3:ListBucket'], bucket.bucketArn);
}

/** Deleting the audio of a session for good: whatever versions of it are found. */
export function bindAudioDeletion(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  const reason = 'Sessions and tracks are made at run time, so their keys are not known here.';
  for (const keys of [sessionAudio, musicAudio]) {
    fn.allowIf({ StringLike: { 's3:prefix': keys } }, ['s3:ListBucketVersions'], bucket.bucketArn);
    fn.allowWildcard(['s3:DeleteObjectVersion'], objectsArn(keys), reason);
  }
  fn.allowWildcard(['s3:AbortMultipartUpload'], objectsArn(sessionAudio), reason);
}

/** Saying that one kind of thing has happened, in the name of this stage, on the account's default bus. */
export function bindEventBus(fn: WorkflowFunction, type: EventType): void {
  const source = eventSource(fn.stage);
  const bus = Stack.of(fn).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  fn.addEnvironment('EVENT_BUS', bus);
  fn.addEnvironment('EVENT_SOURCE', source);
  // A request has several entries, and so the keys several values: all of them must be right, and there must be one
  // (Service Authorization Reference: both are arrays; IAM user guide, "Set operators for multivalued context keys").
  const conditions = {
    'ForAllValues:StringEquals': { 'events:source': source, 'events:detail-type': type },
    Null: { 'events:source': 'false', 'events:detail-type': 'false' },
  };
  fn.allowIf(conditions, ['events:PutEvents'], bus);
}

/** Signing URLs for reading the audio of clips. */
export function bindMusicRead(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  const reason = 'Music and its clips are made at run time, so their keys are not known here.';
  fn.allowWildcard(['s3:GetObject'], objectsArn(musicAudio), reason);
}

/** The provider's API and the key to it. The key itself is in no environment. */
export function bindProvider(fn: WorkflowFunction, { providerKey }: StorageStack, config: Config): void {
  fn.addEnvironment('PROVIDER_BASE_URL', config.providerBaseUrl);
  if (config.providerCreditsUrl !== undefined) {
    fn.addEnvironment('PROVIDER_CREDITS_URL', config.providerCreditsUrl);
  }
  fn.addEnvironment('PROVIDER_SECRET', providerKey.secretArn);
  fn.callsProvider = true;
  fn.allow(['secretsmanager:GetSecretValue'], providerKey.secretArn);
}

/** Whoever makes music or personas speaks both dialects, the second where a relay is configured. */
export function bindBothDialects(
  fn: WorkflowFunction,
  storage: StorageStack,
  config: Config,
  relayKey: Secret | undefined,
): void {
  bindProvider(fn, storage, config);
  bindRelayUrl(fn, config);
  if (!relayKey) return;
  fn.addEnvironment('RELAY_SECRET', relayKey.secretArn);
  fn.allow(['secretsmanager:GetSecretValue'], relayKey.secretArn);
}

/** Knowing where the provider and the relay are, to hold records against it; nobody is spoken to. */
export function bindProviderUrls(fn: WorkflowFunction, config: Config): void {
  fn.addEnvironment('PROVIDER_BASE_URL', config.providerBaseUrl);
  bindRelayUrl(fn, config);
}

/** Knowing whether there is a relay, without speaking to it. */
export function bindRelayUrl(fn: WorkflowFunction, { relayBaseUrl }: Config): void {
  if (relayBaseUrl !== undefined) fn.addEnvironment('RELAY_BASE_URL', relayBaseUrl);
}

/** The registry of personas: nothing of it is a turn of a session, so there is nothing to tell on the bus. */
export function bindPersonas(fn: WorkflowFunction, { table }: StorageStack): void {
  fn.addEnvironment('TABLE_NAME', table.tableName);
  fn.allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'], table.tableArn);
}

/** Limits, schedules, prices, lifetimes. */
export function bindSettings(fn: WorkflowFunction, { settings }: Config): void {
  fn.addEnvironment('SETTINGS', JSON.stringify(settings));
}

/** A machine by what its sessions are for, known before there is a machine: its own states may be bound. */
export interface BoundMachine {
  readonly kind: SessionKind;
  /** The machine's name in AWS. */
  readonly name: string;
}

const machineVariables: Readonly<Record<SessionKind, string>> = {
  train: 'STATE_MACHINE_ARN',
  batch: 'BATCH_MACHINE_ARN',
  music: 'MUSIC_MACHINE_ARN',
};

/** Beginning a run: starting the machine of the session's kind, once it is seen that no execution runs already. */
export function bindRuns(fn: WorkflowFunction, machines: readonly BoundMachine[]): void {
  bindDescribe(fn, machines);
  fn.allow(['states:StartExecution'], ...machines.map(({ name }) => machineArn(fn, name)));
}

/** Seeing how the machines' executions stand. */
export function bindDescribe(fn: WorkflowFunction, machines: readonly BoundMachine[]): void {
  bindExecutions(fn, machines, 'DescribeExecution');
}

/** Ending the machines' executions. */
export function bindStop(fn: WorkflowFunction, machines: readonly BoundMachine[]): void {
  bindExecutions(fn, machines, 'StopExecution');
}

function bindExecutions(fn: WorkflowFunction, machines: readonly BoundMachine[], action: string): void {
  const reason = 'Executions of this one machine; each is made at run time.';
  for (const { kind, name } of machines) {
    fn.addEnvironment(machineVariables[kind], machineArn(fn, name));
    fn.allowWildcard([`states:${action}`], executionsArn(fn, name), reason);
  }
}
