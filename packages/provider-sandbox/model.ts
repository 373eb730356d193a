import type { TaskFault } from './faults.ts';
import type { Change } from './journal.ts';
import type { LedgerEntry } from './ledger.ts';
import type { SandboxSettings } from './settings.ts';
import type { SandboxState } from './state.ts';

/** What a call is carried out on. */
export interface CallContext {
  readonly state: SandboxState;
  readonly settings: SandboxSettings;
  /** Milliseconds of provider time. */
  readonly now: number;
  /** Where the sandbox serves. */
  readonly origin: string;
  /** What a task submitted now will suffer from. */
  readonly taskFault: TaskFault | undefined;
}

/** What came of a call: the answer, what it changed and what it cost. */
export interface Outcome {
  readonly status: number;
  readonly body: object;
  readonly about: Pick<LedgerEntry, 'sessionId' | 'taskId' | 'account'>;
  readonly credits: number;
  readonly change?: Pick<Change, 'session' | 'task' | 'persona'>;
  /** Audio to download now. */
  readonly download?: { readonly taskId: string; readonly audioUrl: string };
}
