import type { Change } from './journal.ts';
import type { LedgerEntry } from './ledger.ts';
import type { SandboxSettings } from './settings.ts';
import { type Fetched, type Task, type TaskProgress, taskProgress } from './task.ts';

export interface SandboxSession {
  readonly sessionId: string;
  /** A batch session is on an account for uploads and is never trained; one for a model has a dedicated account. */
  readonly kind?: 'batch' | undefined;
  readonly account: string;
  readonly at: number;
  readonly uploads: Task[];
  /** Every create that was taken, the latest last; each was charged. */
  readonly trainings: Task[];
}

/** Everything that the sandbox knows, made of the journal's changes and nothing else. */
export interface SandboxState {
  readonly seed: string;
  readonly credits: number;
  readonly entries: readonly LedgerEntry[];
  readonly sessions: ReadonlyMap<string, SandboxSession>;
  readonly uploads: ReadonlyMap<string, Task>;
  readonly trainings: number;
  readonly music: ReadonlyMap<string, Task>;
  /** By persona, the clip that it was made from. */
  readonly personas: ReadonlyMap<string, string>;
  /** Clips that a person has unlocked. */
  readonly unlocked: ReadonlySet<string>;
  /** The latest recorded moment, in milliseconds of provider time. */
  readonly lastAt: number;
  fetchedOf(taskId: string): Fetched | undefined;
  apply(change: Change): void;
}

export function createState(): SandboxState {
  let seed = '';
  let credits = 0;
  let lastAt = 0;
  let trainings = 0;
  const entries: LedgerEntry[] = [];
  const sessions = new Map<string, SandboxSession>();
  const uploads = new Map<string, Task>();
  const fetched = new Map<string, Fetched>();
  const music = new Map<string, Task>();
  const personas = new Map<string, string>();
  const unlocked = new Set<string>();
  return {
    get seed() {
      return seed;
    },
    get credits() {
      return credits;
    },
    get lastAt() {
      return lastAt;
    },
    get trainings() {
      return trainings;
    },
    entries,
    sessions,
    uploads,
    music,
    personas,
    unlocked,
    fetchedOf: (taskId) => fetched.get(taskId),
    apply(change) {
      if (change.opened) ({ seed, credits } = change.opened);
      if (change.balance !== undefined) credits = change.balance;
      if (change.session) {
        sessions.set(change.session.sessionId, { ...change.session, uploads: [], trainings: [] });
      }
      if (change.persona) personas.set(change.persona.personaId, change.persona.clipId);
      for (const clipId of change.unlocked ?? []) unlocked.add(clipId);
      if (change.task?.kind === 'music') {
        music.set(change.task.taskId, change.task);
      } else if (change.task) {
        const session = sessions.get(change.task.sessionId);
        if (change.task.kind === 'upload') {
          uploads.set(change.task.taskId, change.task);
          session?.uploads.push(change.task);
        } else {
          trainings++;
          session?.trainings.push(change.task);
        }
      }
      if (change.fetched) {
        const { taskId, ...rest } = change.fetched;
        fetched.set(taskId, rest);
        lastAt = Math.max(lastAt, rest.at);
      }
      if (change.call) {
        entries.push(change.call);
        credits -= change.call.credits;
        lastAt = Math.max(lastAt, change.call.at);
      }
    },
  };
}

/** The progress of a task of this state. */
export function progressOf(state: SandboxState, task: Task, now: number): TaskProgress {
  return taskProgress(task, state.fetchedOf(task.taskId), now);
}

/** Places on an account that are taken: its models, and the trainings that may become one. */
export function modelsOn(state: SandboxState, account: string, now: number): number {
  let count = 0;
  for (const session of state.sessions.values()) {
    if (session.account !== account) continue;
    for (const training of session.trainings) {
      const { status } = progressOf(state, training, now);
      if (status !== 'failed' && status !== 'timeout') count++;
    }
  }
  return count;
}

/** The dedicated account with the fewest models, then the fewest sessions. */
export function freestAccount(state: SandboxState, settings: SandboxSettings, now: number): string {
  const accounts = Array.from({ length: settings.accounts }, (_, index) => {
    const account = `account-${index + 1}`;
    const sessions = [...state.sessions.values()].filter((it) => it.account === account).length;
    return { account, models: modelsOn(state, account, now), sessions };
  });
  accounts.sort((a, b) => a.models - b.models || a.sessions - b.sessions);
  return accounts[0]?.account ?? 'account-1';
}

/** The state as a person wants to see it; no URL is in it. */
export function summaryOf(state: SandboxState, settings: SandboxSettings, now: number): object {
  const task = (it: Task) => {
    const { finishAt, ...rest } = progressOf(state, it, now);
    return { taskId: it.taskId, at: it.at, ...rest, ...(finishAt === undefined ? {} : { finishAt }) };
  };
  return {
    now,
    credits: state.credits,
    accounts: Array.from({ length: settings.accounts }, (_, index) => {
      const account = `account-${index + 1}`;
      return { account, models: modelsOn(state, account, now), modelLimit: settings.modelsPerAccount };
    }),
    sessions: [...state.sessions.values()].map(({ uploads, trainings, ...session }) => ({
      ...session,
      uploads: uploads.map(task),
      trainings: trainings.map(task),
    })),
    music: [...state.music.values()].map((it) => {
      const { clipIds, fromClip } = it;
      return { ...task(it), clipIds, ...(fromClip === undefined ? {} : { fromClip }) };
    }),
  };
}
