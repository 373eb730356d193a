import { clipsOf } from './music.ts';
import type { Dialect, SandboxSettings } from './settings.ts';
import { type SandboxSession, type SandboxState, standingOf } from './state.ts';
import type { Standing, Task } from './task.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Words that no page lists, for what is under way. */
const strangeWords: Readonly<Record<string, string>> = {
  queued: 'preprocessing',
  running: 'checking_rights',
};

function wordOf(status: string, dialect: Dialect): string {
  const word = (dialect.strangePending ? strangeWords[status] : undefined) ?? status;
  return dialect.statusCase === 'upper' ? word.toUpperCase() : word;
}

function resultOf(task: Task, { finishAt, resultId }: Standing): object {
  const id = resultId === undefined ? {} : { id: resultId };
  const common = { ...id, status: 'complete', created_at: iso(finishAt ?? task.at) };
  if (task.kind === 'training') return { ...common, name: task.name, clip_count: task.clipIds?.length };
  return {
    ...common,
    // A name that cannot exist (RFC 2606): nothing is played back here.
    audio_url: resultId === undefined ? '' : `https://cdn.sandbox.invalid/${resultId}.mp3`,
    has_vocal: false,
    display_tags: '',
  };
}

interface AnswerScene {
  readonly state: SandboxState;
  readonly settings: SandboxSettings;
  readonly now: number;
  readonly origin: string;
}

/** A batch session's own record: a success from the beginning, with its clips in the order in which they were done. */
function batchAnswer(
  { state, settings: { dialect }, now }: AnswerScene,
  { sessionId, at, uploads }: SandboxSession,
): object {
  const done = uploads
    .map((task) => standingOf(state, task, now))
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
export function statusAnswer(scene: AnswerScene, session: SandboxSession, upload: Task | undefined): object {
  if (!upload && session.kind === 'batch') return batchAnswer(scene, session);
  const task = upload ?? session.trainings.at(-1);
  const taskId = upload?.taskId ?? session.sessionId;
  const createdAt = iso(upload?.at ?? session.at);
  if (!task) return { taskId, status: wordOf('ready', scene.settings.dialect), createdAt };
  return taskAnswer(scene, taskId, task, createdAt);
}

/** The status record of a task. */
export function taskAnswer(
  scene: AnswerScene,
  taskId: string,
  task: Task,
  createdAt: string = iso(task.at),
): object {
  const { dialect } = scene.settings;
  const stands = standingOf(scene.state, task, scene.now);
  const result = stands.status === 'success' ? shownResult(scene, task, stands) : undefined;
  return {
    taskId,
    status: wordOf(stands.status, dialect),
    createdAt,
    ...(stands.finishAt === undefined ? {} : { finishAt: iso(stands.finishAt) }),
    ...(stands.failReason === undefined ? {} : { failReason: stands.failReason }),
    ...(stands.failCode === undefined ? {} : { failCode: stands.failCode }),
    ...(result ? { [dialect.resultName]: result } : {}),
  };
}

function shownResult(scene: AnswerScene, task: Task, stands: Standing): object {
  // Documented: the result of music is an array.
  if (task.kind === 'music') return stands.resultId === undefined ? [] : clipsOf(task, scene);
  const result = resultOf(task, stands);
  return scene.settings.dialect.resultArray ? [result] : result;
}
