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

/** The status record of an upload or, without one, of a session: `ready` until create, then its training. */
export function statusAnswer(
  scene: { readonly state: SandboxState; readonly settings: SandboxSettings; readonly now: number },
  session: SandboxSession,
  upload: Task | undefined,
): object {
  const { state, now } = scene;
  const { dialect } = scene.settings;
  const task = upload ?? session.trainings.at(-1);
  const taskId = upload?.taskId ?? session.sessionId;
  const createdAt = iso(upload?.at ?? session.at);
  if (!task) return { taskId, status: wordOf('ready', dialect), createdAt };
  const stands = standingOf(state, task, now);
  const result = stands.status === 'success' ? resultOf(task, stands) : undefined;
  return {
    taskId,
    status: wordOf(stands.status, dialect),
    createdAt,
    ...(stands.finishAt === undefined ? {} : { finishAt: iso(stands.finishAt) }),
    ...(stands.failReason === undefined ? {} : { failReason: stands.failReason }),
    ...(stands.failCode === undefined ? {} : { failCode: stands.failCode }),
    ...(result ? { [dialect.resultName]: dialect.resultArray ? [result] : result } : {}),
  };
}
