import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Config } from '../config.ts';
import type { StorageStack } from '../storage-stack.ts';
import type { WorkflowFunction } from './workflow-function.ts';

// A binding is what a function needs to use a thing, in one call: its name in the environment, and the
// permission for just the calls that the function makes.

/** Where sessions keep their audio. */
const sessionAudio = 'audio/*';
/** Keys of the audio that music keeps. */
const musicAudio = 'music/*';

type TableAction = 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** The session table. */
export function bindTable(fn: WorkflowFunction, { table }: StorageStack, ...actions: TableAction[]): void {
  fn.addEnvironment('TABLE_NAME', table.tableName);
  fn.allow(
    actions.map((action) => `dynamodb:${action}`),
    table.tableArn,
  );
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

/** Listing, without which S3 answers 403 for an object that is not there, and hides what is wrong. */
export function bindAudioList(fn: WorkflowFunction, { bucket }: StorageStack): void {
  fn.allow(['s3:ListBucket'], bucket.bucketArn);
}

/** Signing URLs that put audio where sessions keep it. */
export function bindAudioWrite(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  const reason = 'Sessions and tracks are made at run time, so their keys are not known here.';
  fn.allowWildcard(['s3:PutObject'], objectsArn(sessionAudio), reason);
}

/** Deleting the audio of a session for good: whatever versions of it are found. */
export function bindAudioDeletion(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  const reason = 'Sessions and tracks are made at run time, so their keys are not known here.';
  for (const keys of [sessionAudio, musicAudio]) {
    fn.allowIf({ StringLike: { 's3:prefix': keys } }, ['s3:ListBucketVersions'], bucket.bucketArn);
    fn.allowWildcard(['s3:DeleteObjectVersion'], objectsArn(keys), reason);
  }
}

/**
 * The inbox: listing its folders, reading manifests and the reports beside them, writing and deleting reports. What is
 * not listed is never asked for: with a listing that is allowed for a prefix only, S3 answers 403 for it, not 404.
 */
export function bindInbox(fn: WorkflowFunction, { bucket, objectsArn }: StorageStack, config: Config): void {
  fn.addEnvironment('AUDIO_BUCKET', bucket.bucketName);
  fn.addEnvironment('INBOX_OWNER', config.inboxOwner);
  const conditions = { StringLike: { 's3:prefix': 'inbox/*' } };
  const resources = [bucket.bucketArn];
  fn.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources, conditions }));
  const reason = 'The folders of the inbox are made by whoever uploads.';
  fn.allowWildcard(['s3:GetObject'], objectsArn('inbox/*/manifest.json'), reason);
  const reports = objectsArn('inbox/*/manifest.error.json');
  fn.allowWildcard(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], reports, reason);
}

/** Saying what has happened, in the name of this stage, on the account's default bus. */
export function bindEventBus(fn: WorkflowFunction, { stage }: Config): void {
  const source = `chirpsmith.${stage}`;
  const bus = Stack.of(fn).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  fn.addEnvironment('EVENT_BUS', bus);
  fn.addEnvironment('EVENT_SOURCE', source);
  const conditions = { StringEquals: { 'events:source': source } };
  fn.addToRolePolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus], conditions }));
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
  fn.allow(['secretsmanager:GetSecretValue'], providerKey.secretArn);
}

/** Limits, schedules, prices, lifetimes. */
export function bindSettings(fn: WorkflowFunction, { settings }: Config): void {
  fn.addEnvironment('SETTINGS', JSON.stringify(settings));
}

/** Beginning a run: starting the machine, once it is seen that no execution of it runs already. */
export function bindRuns(fn: WorkflowFunction, machine: StateMachine, machineName: string): void {
  bindDescribe(fn, machineName);
  fn.allow(['states:StartExecution'], machine.stateMachineArn);
}

/** Seeing how a machine's executions stand. */
export function bindDescribe(fn: WorkflowFunction, machineName: string): void {
  bindExecutions(fn, machineName, 'DescribeExecution');
}

/** Ending a machine's executions. */
export function bindStop(fn: WorkflowFunction, machineName: string): void {
  bindExecutions(fn, machineName, 'StopExecution');
}

/** The variable that names a machine: of music, `MUSIC_MACHINE_ARN`. */
const machineVariable = (machineName: string) =>
  machineName.endsWith('-generate-music') ? 'MUSIC_MACHINE_ARN' : 'STATE_MACHINE_ARN';

/** By the machine's name, not by the machine: its own states may be bound, and they come before it. */
function bindExecutions(fn: WorkflowFunction, machineName: string, action: string): void {
  const arn = (resource: string, resourceName: string) =>
    Stack.of(fn).formatArn({
      service: 'states',
      resource,
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  fn.addEnvironment(machineVariable(machineName), arn('stateMachine', machineName));
  const reason = 'Executions of this one machine; each is made at run time.';
  fn.allowWildcard([`states:${action}`], arn('execution', `${machineName}:*`), reason);
}
