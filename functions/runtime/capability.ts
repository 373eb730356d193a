import type { Variable } from '../shared/environment.ts';
import type { EventType } from '../shared/event-types.ts';
import type { SessionKind } from '../shared/state-contracts.ts';

/** What a permission is about; infra/constructs/grants.ts knows its ARN. `bucket/…` are the objects with these keys. */
export type Resource =
  | 'table'
  | 'table/underWay'
  | 'table/byOwner'
  | 'bucket'
  | `bucket/${string}`
  | 'provider key'
  | 'relay key'
  | 'webhook secret'
  | 'event bus'
  | `machine ${SessionKind}`
  | `executions ${SessionKind}`;

/** What may be done to one resource. */
export interface Permission {
  readonly on: Resource;
  readonly actions: readonly string[];
  /** Why the resource is more than one thing, where it is. */
  readonly reason?: string;
  /** Of the event bus: the only type of event. */
  readonly event?: EventType;
  /** Of a listing of the bucket: only keys like this. */
  readonly keys?: string;
}

/** What a function needs to use one thing: its variables and its permissions. Its type says what the work is given. */
export interface Capability<Deps extends object = object> {
  readonly environment: readonly Variable[];
  readonly allow: readonly Permission[];
  /** A type only; there is never a value. */
  readonly gives?: Deps;
}

/** A capability with its variables and permissions. */
export const capability = <Deps extends object>(
  environment: readonly Variable[] = [],
  ...allow: readonly Permission[]
): Capability<Deps> => ({ environment, allow });
