import {
  type Provider,
  ProviderError,
  type ProviderErrorName,
  type TaskKind,
  type TaskResults,
  type TaskStatus,
} from '../functions/provider/provider.ts';

/** A status with the result of any kind. */
export type AnyStatus = Omit<TaskStatus, 'kind'> &
  TaskResults['upload'] &
  TaskResults['training'] &
  TaskResults['music'] &
  TaskResults['batch'];

const fieldOf = { upload: 'clipId', training: 'modelId', music: 'clips', batch: 'audioIds' } as const;

/** The status as the client gives it for this kind of task: with no other kind's result. */
export function statusAs<Kind extends TaskKind>(kind: Kind, status: AnyStatus): TaskStatus<Kind> {
  const { clipId: _c, modelId: _m, clips: _s, audioIds: _a, ...common } = status;
  const { [fieldOf[kind]]: result } = status;
  const read = result === undefined ? {} : { [fieldOf[kind]]: result };
  return { ...common, kind, ...read } as TaskStatus<Kind>;
}

type Answers = {
  prepare: { sessionId: string } | Error;
  upload: { taskId: string } | Error;
  create: { taskId: string } | Error;
  openBatch: { sessionId: string } | Error;
  addToBatch: { taskId: string } | Error;
  status: AnyStatus | Error;
  generate: { taskId: string } | Error;
  persona: { personaId: string } | Error;
  credits: number | Error;
};

/** A provider that says what a test tells it to, one answer a call, and keeps the calls. No answer left: the test is wrong. */
export function scriptedProvider(script: { [Call in keyof Answers]?: Answers[Call][] }) {
  const calls: { call: keyof Answers; request: unknown }[] = [];
  const answer = async <Call extends keyof Answers>(call: Call, request: unknown) => {
    calls.push({ call, request });
    const next = script[call]?.shift();
    if (next === undefined) throw new Error(`The test expects no (further) call of ${call}.`);
    if (next instanceof Error) throw next;
    return next as Exclude<Answers[Call], Error>;
  };
  const provider: Provider = {
    readKey: async () => false,
    prepare: () => answer('prepare', undefined),
    upload: (request) => answer('upload', request),
    create: (request) => answer('create', request),
    openBatch: () => answer('openBatch', undefined),
    addToBatch: (request) => answer('addToBatch', request),
    status: async (taskId, kind) => statusAs(kind, await answer('status', taskId)),
    generate: (request) => answer('generate', request),
    persona: (request) => answer('persona', request),
    // Asked before every spending; a test that does not care has no balance.
    credits: async () => (script.credits ? answer('credits', undefined) : undefined),
  };
  return {
    provider,
    calls,
    count: (call: keyof Answers) => calls.filter((made) => made.call === call).length,
  };
}

/** A call that did not go well. */
export function providerError(
  name: ProviderErrorName,
  taken: 'no' | 'unknown',
  details: { retryAfter?: number; reason?: string; status?: number } = {},
) {
  return new ProviderError(name, { call: 'status', message: `${name} in a test`, taken, ...details });
}

/** A status by the provider's word, with more of its fields. */
export function statusOf(status: string, more: Partial<AnyStatus> = {}): AnyStatus {
  const ends: Record<string, AnyStatus['phase']> = {
    success: 'succeeded',
    failed: 'failed',
    timeout: 'timed-out',
  };
  return { taskId: 'task', status, phase: ends[status] ?? 'pending', ...more };
}

/** The provider fetches audio itself, as from S3 in AWS. */
export const reachesAudio = { look: async () => ({}) };
