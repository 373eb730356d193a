import type { ErrorName } from '../../functions/shared/errors.ts';
import type { Outcome } from './case.ts';

/** Six uploads and one create: what a session of six tracks costs when nothing goes wrong. */
const whole = 106;

/** The session goes on by itself. @param cost beyond 106 when something was paid twice */
export const byItself = (cost = whole, record = cost): Outcome => ({
  status: 'ready',
  cost,
  ...(record === cost ? {} : { record }),
  next: [],
});

/** The run ends before anything of this step was paid, and a resume goes on. */
export const thenResume = (
  error: ErrorName,
  reason: string,
  { cost = 0, total = whole, record = cost }: { cost?: number; total?: number; record?: number } = {},
): Outcome => ({
  status: 'failed',
  error,
  reason,
  cost,
  ...(record === cost ? {} : { record }),
  next: ['resume'],
  finally: { status: 'ready', cost: total },
});

/** One track has failed, so there are five clips of six. */
export const oneClipMissing = (reason: string, cost = 5): Outcome =>
  thenResume('NotEnoughClips', reason, { cost });

/** One track has failed for good; another file takes its place. */
export const anotherFile = (reason: string, cost = 6): Outcome => ({
  status: 'failed',
  error: 'NotEnoughClips',
  reason,
  cost,
  next: ['replace', 'resume'],
  finally: { status: 'ready', cost: cost + 101 },
});

/** Whether create was taken cannot be found out; here it was not. */
export const inDoubt: Outcome = {
  status: 'needs-decision',
  error: 'NeedsDecision',
  reason: 'The 100 credits may have been taken or not',
  cost: 6,
  record: whole,
  next: ['decide check-again', 'decide create-again'],
  finally: { status: 'ready', cost: whole },
};

/** The training was paid and has failed. */
export const paidInVain = (error: ErrorName, reason: string): Outcome => ({
  status: 'failed',
  error,
  reason,
  cost: whole,
  next: ['decide create-again'],
  finally: { status: 'ready', cost: whole + 100 },
});

/** The process is gone; the sweep at its next start says so. */
export const interrupted = (
  cost: number,
  { total = whole, record = cost }: { total?: number; record?: number } = {},
): Outcome => ({
  status: 'interrupted',
  error: 'Unexpected',
  reason: 'The run ended without a word',
  cost,
  ...(record === cost ? {} : { record }),
  next: ['resume'],
  finally: { status: 'ready', cost: total },
});

/** A batch of six that ends with a clip for some of its files only. */
export const partly = (
  clips: number,
  reason: string,
  { cost, total, record = cost }: { cost: number; total: number; record?: number },
): Outcome => ({
  status: 'ready',
  clips,
  reason,
  cost,
  ...(record === cost ? {} : { record }),
  next: ['resume'],
  finally: { status: 'ready', cost: total },
});

/** The same, where only another file helps. */
export const partlyForGood = (clips: number, reason: string, cost: number): Outcome => ({
  ...partly(clips, reason, { cost, total: cost + 1 }),
  next: ['replace', 'resume'],
});

/** Whether music was paid cannot be found out: its task was known by the answer only. @param cost what was taken */
export const musicInDoubt = (cost: 0 | 40): Outcome => ({
  status: 'needs-decision',
  error: 'NeedsDecision',
  reason: 'About 40 credits may have been taken or not',
  cost,
  ...(cost === 40 ? {} : { record: 40 }),
  next: ['decide create-again'],
  finally: { status: 'ready', cost: cost + 40 },
});

/** The music was paid and has failed. */
export const musicInVain = (error: ErrorName, reason: string): Outcome => ({
  status: 'failed',
  error,
  reason,
  cost: 40,
  next: ['decide create-again'],
  finally: { status: 'ready', cost: 80 },
});
