import { clipsOf } from './music.ts';
import type { Dialect, SandboxSettings } from './settings.ts';
import { progressOf, type SandboxSession, type SandboxState } from './state.ts';
import type { Task, TaskProgress } from './task.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Undocumented statuses of pending tasks. */
const strangeWords: Readonly<Record<string, string>> = {
  queued: 'preprocessing',
  running: 'checking_rights',
};

function wordOf(status: string, dialect: Dialect): string {
  const word = (dialect.strangePending ? strangeWords[status] : undefined) ?? status;
  return dialect.statusCase === 'upper' ? word.toUpperCase() : word;
}

function resultOf(task: Task, { finishAt, resultId }: TaskProgress, settings: SandboxSettings): object {
  const id = resultId === undefined ? {} : { id: resultId };
  const common = { ...id, status: 'complete', created_at: iso(finishAt ?? task.at) };
  if (task.kind === 'training') {
    const base = settings.models.movedTo ?? task.base;
    const about = { name: task.name, clip_count: task.clipIds?.length };
    return { ...common, ...about, ...(base === undefined ? {} : { base_model: base }) };
  }
  return {
    ...common,
    // A name that cannot exist (RFC 2606): nothing is played back here.
    audio_url: resultId === undefined ? '' : `https://cdn.sandbox.invalid/${resultId}.mp3`,
    has_vocal: false,
    display_tags: '',
  };
}

interface AnswerContext {
  readonly state: SandboxState;
  readonly settings: SandboxSettings;
  readonly now: number;
  readonly origin: string;
}

/** A batch session's own record: a success from the beginning, with its clips in the order in which they were done. */
function batchAnswer(
  { state, settings: { dialect }, now }: AnswerContext,
  { sessionId, at, uploads }: SandboxSession,
): object {
  const done = uploads
    .map((task) => progressOf(state, task, now))
    .filter(({ status }) => status === 'success')
    .sort((a, b) => (a.finishAt ?? 0) - (b.finishAt ?? 0));
  const result = { audioIds: done.flatMap(({ resultId }) => (resultId === undefined ? [] : [resultId])) };
  return {
    taskId: sessionId,
    status: wordOf('success', dialect),
    createdAt: iso(at),
    finishAt: iso(at),
    [dialect.resultName]: dialect.resultArray ? [result] : result,
  };
}

/** The status record of an upload or, without one, of a session: `ready` until create, then its training. */
export function statusAnswer(
  context: AnswerContext,
  session: SandboxSession,
  upload: Task | undefined,
): object {
  if (!upload && session.kind === 'batch') return batchAnswer(context, session);
  const task = upload ?? session.trainings.at(-1);
  const taskId = upload?.taskId ?? session.sessionId;
  const { createdAtOf } = context.settings.dialect;
  const createdAt = iso((createdAtOf === 'task' ? task?.at : upload?.at) ?? session.at);
  if (!task) return { taskId, status: wordOf('ready', context.settings.dialect), createdAt };
  return taskAnswer(context, taskId, task, createdAt);
}

/** The status record of a task. */
export function taskAnswer(
  context: AnswerContext,
  taskId: string,
  task: Task,
  createdAt: string = iso(task.at),
): object {
  const { dialect } = context.settings;
  const progress = progressOf(context.state, task, context.now);
  const result = progress.status === 'success' ? shownResult(context, task, progress) : undefined;
  return {
    taskId,
    status: wordOf(progress.status, dialect),
    createdAt,
    ...(progress.finishAt === undefined ? {} : { finishAt: iso(progress.finishAt) }),
    ...(progress.failReason === undefined ? {} : { failReason: progress.failReason }),
    ...(progress.failCode === undefined ? {} : { failCode: progress.failCode }),
    ...(result ? { [dialect.resultName]: result } : {}),
  };
}

function shownResult(context: AnswerContext, task: Task, progress: TaskProgress): object {
  // Documented: the result of music is an array.
  if (task.kind === 'music') return progress.resultId === undefined ? [] : clipsOf(task, context);
  const result = resultOf(task, progress, context.settings);
  return context.settings.dialect.resultArray ? [result] : result;
}
