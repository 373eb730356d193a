import { z } from 'zod';
import { taskFaultSchema } from './faults.ts';

const milliseconds = z.number().int();

/** What came of fetching an upload's audio. */
export const fetchedSchema = z.object({
  at: milliseconds,
  /** Why it failed: the provider's message. */
  problem: z.object({ reason: z.string(), code: z.number().optional() }).optional(),
});

/** One upload, one training or one piece of music, as it was submitted. */
export const taskSchema = z.object({
  kind: z.enum(['upload', 'training', 'music']),
  /** Of a training: the session's id; music has no session, and its own id there. */
  taskId: z.string(),
  sessionId: z.string(),
  account: z.string(),
  /** Of music: at which of the two services it was asked for; at MountSea by default. */
  dialect: z.literal('relay').optional(),
  /** When it was taken, in milliseconds of provider time. */
  at: milliseconds,
  queued: milliseconds,
  total: milliseconds,
  /** The clip or the model that it makes. */
  resultId: z.string(),
  name: z.string().optional(),
  clipIds: z.array(z.string()).optional(),
  /** Of a training: what its model is based on. Of music: the model that makes it. */
  base: z.string().optional(),
  /** Of music: the clip that it is made from. */
  fromClip: z.string().optional(),
  fault: taskFaultSchema.optional(),
});

export type Task = z.infer<typeof taskSchema>;
export type Fetched = z.infer<typeof fetchedSchema>;

/** The progress of a task at a moment. */
export interface TaskProgress {
  readonly status: 'queued' | 'running' | 'success' | 'failed' | 'timeout';
  /** Milliseconds of provider time; only when it has ended. */
  readonly finishAt?: number;
  readonly failReason?: string;
  readonly failCode?: number;
  /** Only of a success. */
  readonly resultId?: string;
}

/** How long a task that times out takes, as a multiple of what it would have taken. */
const timeoutFactor = 2;

/** A function of the moment and of what is on record, so a restart changes nothing. */
export function taskProgress(task: Task, fetched: Fetched | undefined, now: number): TaskProgress {
  const age = now - task.at;
  const { fault } = task;
  if (age < task.queued) return { status: 'queued' };
  if (fault?.kind === 'never-ends') return { status: 'running' };
  // An upload cannot end before its audio has been fetched.
  if (task.kind === 'upload' && !fetched) return { status: 'running' };
  const total = fault?.kind === 'task-timeout' ? task.total * timeoutFactor : task.total;
  const finishAt = Math.max(task.at + total, fetched?.at ?? 0);
  if (now < finishAt) {
    // In the second and the fourth quarter of its work it says that it waits again.
    const quarter = Math.floor((4 * (age - task.queued)) / Math.max(1, total - task.queued));
    const back = fault?.kind === 'backwards' && quarter % 2 === 1;
    return { status: back ? 'queued' : 'running' };
  }
  if (fault?.kind === 'task-timeout') return { status: 'timeout', finishAt };
  const problem = fault?.kind === 'task-failed' ? fault : fetched?.problem;
  if (problem) {
    return {
      status: 'failed',
      finishAt,
      ...(problem.reason === undefined ? {} : { failReason: problem.reason }),
      ...(problem.code === undefined ? {} : { failCode: problem.code }),
    };
  }
  if (fault?.kind === 'success-without-id') return { status: 'success', finishAt };
  return { status: 'success', finishAt, resultId: task.resultId };
}
