import type { SessionKind } from '../shared/state-contracts.ts';

/** The executions of the machines, one for each kind of session. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface Executions {
  /** The ARN that an execution of this name has, started or not. */
  arnOf(name: string, kind: SessionKind): string;
  /**
   * Starts an execution; one that was started under this name before is left as it is.
   * @returns when it was started with this input, ISO; undefined where the other one has another input, or has ended
   */
  start(name: string, input: object, kind: SessionKind): Promise<string | undefined>;
  /** Stops it; one that has ended, or does not exist, is left as it is. */
  stop(executionArn: string): Promise<void>;
  /** `unknown`: there is none of this ARN (yet). */
  executionStatus(executionArn: string): Promise<'running' | 'ended' | 'unknown'>;
  /** What it was started with, and when, ISO; undefined: there is none of this ARN (yet). */
  startOf(executionArn: string): Promise<{ input: unknown; startedAt: string } | undefined>;
}

/** The name of an execution, by its ARN. */
export const executionName = (arn: string): string => arn.split(':').at(-1) ?? arn;
