import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type EventType, eventSource, eventTypes } from '../../functions/shared/event-types.ts';
import type { SessionKind } from '../../functions/shared/states.ts';
import type { Config } from '../config.ts';
import type { StorageStack } from '../storage-stack.ts';
import { inboxFolder, nearlyInbox } from './inbox.ts';
import { executionsArn, machineArn } from './workflow.ts';
import type { WorkflowFunction } from './workflow-function.ts';

// A binding is what a function needs to use a thing, in one call: its name in the environment, and the
// permission for just the calls that the function makes.

/** Where sessions keep their audio. */
const sessionAudio = 'audio/*';
/** Keys of the audio that music keeps. */
const musicAudio = 'music/*';

/** Lists of a batch's files, beside its audio. */
const fileLists = 'audio/*/files.*.json';

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

/** The sessions that somebody should be working on, longest untouched first. */
export function bindUnderWayIndex(fn: WorkflowFunction, { table, underWayIndexArn }: StorageStack): void {
  fn.addEnvironment('TABLE_NAME', table.tableName);
  fn.allow(['dynamodb:Query'], underWayIndexArn);
}

/** Reading audio, in the version that was seen first; and signing URLs for reading it. */
export function bindAudioRead(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  const reason = 'Console input may name any object of the audio bucket.';
  fn.allowWildcard(['s3:GetObject', 's3:GetObjectVersion'], objectsArn('*'), reason);
}

/** The audio bucket's name, to hold console input against; no audio in it is touched. */
export function bindAudioName(fn: WorkflowFunction, { bucket }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
}

/** Listing, without which S3 answers 403 for an object that is not there, and hides what is wrong. */
export function bindAudioList(fn: WorkflowFunction, { bucket }: StorageStack): void {
  fn.allow(['s3:ListBucket'], bucket.bucketArn);
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

/**
 * The inbox: listing its folders, reading manifests, writing and deleting the files of ours beside them. What is
 * not listed is never asked for: with a listing that is allowed for a prefix only, S3 answers 403 for it, not 404.
 */
export function bindInbox(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack, config: Config): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  fn.addEnvironment('INBOX_OWNER', config.inboxOwner);
  const conditions = { StringLike: { 's3:prefix': 'inbox/*' } };
  const resources = [bucket.bucketArn];
  fn.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources, conditions }));
  const reason = 'The folders of the inbox are made by the people who upload.';
  fn.allowWildcard(['s3:GetObject'], objectsArn('inbox/*/manifest*.json'), reason);
  for (const name of ['error', 'late']) {
    const report = objectsArn(`inbox/*/manifest.${name}.json`);
    fn.allowWildcard(['s3:PutObject', 's3:DeleteObject'], report, reason);
  }
  fn.allowWildcard(['s3:PutObject'], objectsArn('inbox/*/manifest.started.json'), reason);
  // Beside a manifest in no folder, or in a folder that is nearly the inbox.
  for (const folder of [inboxFolder, ...nearlyInbox]) {
    fn.allowWildcard(['s3:PutObject'], objectsArn(`${folder}*manifest.error.json`), reason);
  }
}

/** Writing down which files a manifest means, where they are more than an execution takes. */
export function bindFileListWrite(fn: WorkflowFunction, { objectsArn }: StorageStack): void {
  const reason = 'Sessions are made at run time, so the keys of their lists are not known here.';
  fn.allowWildcard(['s3:PutObject'], objectsArn(fileLists), reason);
}

/** Reading which files a manifest means. */
export function bindFileListRead(fn: WorkflowFunction, { objectsArn }: StorageStack): void {
  const reason = 'Sessions are made at run time, so the keys of their lists are not known here.';
  fn.allowWildcard(['s3:GetObject'], objectsArn(fileLists), reason);
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

/** Putting the audio of clips where music keeps it. */
export function bindMusicWrite(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  const reason = 'Music and its clips are made at run time, so their keys are not known here.';
  fn.allowWildcard(['s3:PutObject'], objectsArn(musicAudio), reason);
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
