import { Stack } from 'aws-cdk-lib';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { capabilities } from '../../functions/runtime/capabilities.ts';
import type { Permission, Resource } from '../../functions/runtime/capability.ts';
import type { FunctionSpec } from '../../functions/runtime/spec.ts';
import type { Variable } from '../../functions/shared/environment.ts';
import { type EventType, eventSource } from '../../functions/shared/event-types.ts';
import { machines } from '../../functions/shared/state-contracts.ts';
import type { Config } from '../config.ts';
import type { StorageStack } from '../storage-stack.ts';
import { executionsArn, machineArn, workflowName } from './machine-names.ts';
import type { WorkflowFunction } from './workflow-function.ts';

/** Where the functions live: the resources behind the capabilities' names in a deployment. */
export interface FunctionContext {
  readonly config: Config;
  readonly storage: StorageStack;
  /** Where a relay is configured. */
  readonly relayKey: Secret | undefined;
  /** Where events are sent, and the ARN of the secret that signs them; only where there is a webhook. */
  readonly webhook?: { readonly url: string; readonly secretArn: string };
}

/** Set elsewhere: by every function for itself, and by the local runtime. */
type OwnVariable = 'STAGE' | 'PROVIDER_IS_SANDBOX' | 'AUDIO_LINKS_URL' | 'CLOCK_SPEED';

/** Gives a function the variables and permissions of what its spec uses, and no others. */
export function grant(
  fn: WorkflowFunction,
  { uses }: Pick<FunctionSpec, 'uses'>,
  where: FunctionContext,
): void {
  const values: Readonly<Record<string, string | undefined>> = variables(fn, where);
  const used = uses.map((name) => capabilities[name]);
  for (const name of new Set(used.flatMap(({ environment }) => environment))) {
    const value = values[name];
    // What is not configured is not there.
    if (value !== undefined) fn.addEnvironment(name, value);
  }
  for (const permission of used.flatMap(({ allow }) => allow)) allow(fn, permission, where);
}

function allow(
  fn: WorkflowFunction,
  { on, actions, reason, event, keys }: Permission,
  where: FunctionContext,
): void {
  const arn = arnOf(fn, on, where);
  // No relay, or no webhook, is configured.
  if (arn === undefined) return;
  if (event !== undefined) fn.allowIf(onlyEvents(fn.stage, event), actions, arn);
  else if (keys !== undefined) fn.allowIf({ StringLike: { 's3:prefix': keys } }, actions, arn);
  else if (reason !== undefined) fn.allowWildcard(actions, arn, reason);
  else fn.allow(actions, arn);
}

function variables(fn: WorkflowFunction, { config, storage, relayKey, webhook }: FunctionContext) {
  const { table, bucket, providerKey } = storage;
  return {
    TABLE_NAME: table.tableName,
    AUDIO_BUCKET: bucket.bucketName,
    PROVIDER_BASE_URL: config.providerBaseUrl,
    PROVIDER_CREDITS_URL: config.providerCreditsUrl,
    PROVIDER_SECRET: providerKey.secretArn,
    RELAY_BASE_URL: config.relayBaseUrl,
    RELAY_SECRET: relayKey?.secretArn,
    SETTINGS: JSON.stringify(config.settings),
    STATE_MACHINE_ARN: machineArn(fn, workflowName(config, machines.train)),
    BATCH_MACHINE_ARN: machineArn(fn, workflowName(config, machines.batch)),
    MUSIC_MACHINE_ARN: machineArn(fn, workflowName(config, machines.music)),
    EVENT_BUS: eventBusArn(fn),
    EVENT_SOURCE: eventSource(config.stage),
    INBOX_OWNER: config.inboxOwner,
    WEBHOOK_URL: webhook?.url,
    WEBHOOK_SECRET: webhook?.secretArn,
  } satisfies Record<Exclude<Variable, OwnVariable>, string | undefined>;
}

function arnOf(fn: WorkflowFunction, on: Resource, where: FunctionContext): string | undefined {
  const { config, storage, relayKey } = where;
  if (on.startsWith('bucket/')) return storage.objectsArn(on.slice('bucket/'.length));
  for (const [kind, name] of Object.entries(machines)) {
    if (on === `machine ${kind}`) return machineArn(fn, workflowName(config, name));
    if (on === `executions ${kind}`) return executionsArn(fn, workflowName(config, name));
  }
  if (on === 'table') return storage.table.tableArn;
  if (on === 'table/byOwner') return storage.ownerIndexArn;
  if (on === 'table/underWay') return storage.underWayIndexArn;
  if (on === 'webhook secret') return where.webhook?.secretArn;
  if (on === 'bucket') return storage.bucket.bucketArn;
  if (on === 'event bus') return eventBusArn(fn);
  return on === 'provider key' ? storage.providerKey.secretArn : relayKey?.secretArn;
}

/** The account's default bus. */
const eventBusArn = (fn: WorkflowFunction) =>
  Stack.of(fn).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });

/**
 * Events of one type, in the name of the stage. A request has several entries, and so the keys several values: all of
 * them must be right, and there must be one (Service Authorization Reference: both are arrays; IAM user guide, "Set
 * operators for multivalued context keys").
 */
const onlyEvents = (stage: string, type: EventType) => ({
  'ForAllValues:StringEquals': { 'events:source': eventSource(stage), 'events:detail-type': type },
  Null: { 'events:source': 'false', 'events:detail-type': 'false' },
});
