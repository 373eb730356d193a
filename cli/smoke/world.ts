import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { ApiClient } from '../api-client.ts';

/** What came of one row of the checklist. */
export type Result = 'ok' | 'failed' | 'not possible here';

export interface Row {
  readonly name: string;
  readonly result: Result;
  /** What was seen. */
  readonly seen: string;
  /** What a person does about it; absent where nothing is to be done. */
  readonly todo?: string;
}

export interface SmokeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A stage as the checks see it, and what they may do there. */
export interface SmokeWorld {
  /** Name of the stage; `local` for the stack on this machine. */
  readonly stage: string;
  readonly api: string;
  readonly client: ApiClient;
  /** Who may do everything that the checks need: the shell's credentials, or the local administrator's. */
  readonly s3: S3Client;
  readonly stepFunctions: SFNClient;
  readonly bucket: string;
  readonly stateMachineArn: string;
  /** An origin that web pages of the stage have; its preflight is sent as a browser does. */
  readonly origin: string | undefined;
  /** Six files or more that the provider takes. */
  readonly files: readonly SmokeFile[];
  /** May models be bought? The sandbox costs nothing. */
  readonly maySpend: boolean;
  /** Concurrent executions: the account's limit, and what no function has reserved; absent where there is no such quota. */
  readonly concurrency: (() => Promise<{ limit: number; unreserved: number }>) | undefined;
  /** Alarms of the stage by their state; absent where there are none. */
  readonly alarms: (() => Promise<Readonly<Record<string, string>>>) | undefined;
  /** The states that events of the bus have told of a session; absent where nothing can read the bus. */
  readonly turns: ((sessionId: string) => Promise<readonly string[]>) | undefined;
  readonly fetch: typeof fetch;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds after which a run that has not ended counts as failed. */
  readonly patience: number;
}
