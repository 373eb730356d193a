import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { type Provider, type ProviderCall, refusing } from '../../../functions/provider/provider.ts';
import type { Clock } from '../../../local/clock.ts';
import type { FaultInput, LedgerEntry, Sandbox } from '../../../local/provider/sandbox.ts';
import type { AudioBucket } from './audio-bucket.ts';

type Unplaced<F> = F extends unknown ? Omit<F, 'call' | 'times' | 'after'> : never;

/** What the provider, or the way to it, does with one call. */
export type CallFault =
  | Unplaced<FaultInput>
  | { readonly kind: 'refused' }
  /** Of a status: it still says what a prepared session says, whatever has happened since. */
  | { readonly kind: 'still-ready' }
  | { readonly kind: 'busy-until'; readonly seconds: number };

/** What a call was about and what came of it, by the ledger. */
export interface CallFact {
  readonly call: ProviderCall;
  readonly trackId?: string | undefined;
  /** Key and version of the audio of an upload. */
  readonly audio?: string;
  readonly clipIds?: readonly string[];
  readonly fault: string | undefined;
  /** Undefined when the call never reached the provider. */
  readonly entry: LedgerEntry | undefined;
}

/** Where nobody listens: a port that no service of today has. */
const nobody = 'http://127.0.0.1:2';

/** Words of a refusal for good, as a provider might say it. */
export const copyrightWords = 'Copyrighted material detected.';

/**
 * The real client against the real sandbox, each call made as a step that can be interfered with.
 * @param step makes one call with the fault that was drawn for it, if any
 */
export function createFaultyProvider(options: {
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly bucket: AudioBucket;
  step<T>(call: ProviderCall, make: (fault: CallFault | undefined) => Promise<T>): Promise<T>;
  /** The track that the invocation at hand is about. */
  trackId(): string | undefined;
  onCall(fact: CallFact): void;
}): Provider {
  const { sandbox, clock, bucket } = options;

  const send = <T>(
    call: ProviderCall,
    about: Pick<CallFact, 'audio' | 'clipIds'>,
    inherent: CallFault | undefined,
    make: (client: Provider) => Promise<T>,
  ): Promise<T> =>
    options.step(call, async (drawn) => {
      const fault = drawn ?? inherent;
      const before = sandbox.ledger().length;
      const client = createMountSea({
        baseUrl: sandbox.url,
        key: async () => sandbox.key,
        fetch: fetchWith(call, fault),
        now: clock.now,
      });
      try {
        return await make(client);
      } finally {
        options.onCall({
          call,
          ...about,
          trackId: options.trackId(),
          fault: drawn?.kind,
          entry: sandbox.ledger()[before],
        });
      }
    });

  const fetchWith =
    (call: ProviderCall, fault: CallFault | undefined): typeof fetch =>
    (input, init) => {
      if (!fault) return fetch(input, init);
      if (fault.kind === 'refused') return fetch(String(input).replace(sandbox.url, nobody), init);
      const asked = new URL(String(input)).searchParams.get('taskId');
      sandbox.setFaults([{ ...placed(fault, clock, asked), call } as FaultInput]);
      if (fault.kind !== 'timeout-before' && fault.kind !== 'timeout-after') return fetch(input, init);
      return untilItHangs(input, init);
    };

  /** The client's patience, without the waiting: it ends as soon as the sandbox has the call and says nothing. */
  async function untilItHangs(input: Parameters<typeof fetch>[0], init: RequestInit | undefined) {
    const before = sandbox.ledger().length;
    const patience = new AbortController();
    const signals = [patience.signal, ...(init?.signal ? [init.signal] : [])];
    const answer = fetch(input, { ...init, signal: AbortSignal.any(signals) });
    answer.catch(() => {});
    while (sandbox.ledger().length === before) await new Promise((resolve) => setTimeout(resolve, 1));
    patience.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    return answer;
  }

  return {
    ...refusing('mountsea'),
    prepare: () => send('prepare', {}, undefined, (client) => client.prepare()),
    upload: (request) => {
      const { key, object } = bucket.at(request.audioUrl);
      const refused: CallFault = { kind: 'task-failed', reason: copyrightWords };
      const inherent = object?.content === 'refused' ? refused : undefined;
      const audio = `${key} ${object?.versionId ?? 'deleted'}`;
      return send('upload', { audio }, inherent, (client) => client.upload(request));
    },
    create: (request) =>
      send('create', { clipIds: request.clipIds }, undefined, (client) => client.create(request)),
    // The rig runs the machine that trains.
    openBatch: () => Promise.reject(new Error('no batch here')),
    addToBatch: () => Promise.reject(new Error('no batch here')),
    status: (taskId) => send('status', {}, undefined, (client) => client.status(taskId)),
  };
}

function placed(fault: Exclude<CallFault, { kind: 'refused' }>, clock: Clock, asked: string | null): object {
  if (fault.kind === 'still-ready') {
    return { kind: 'body', status: 200, body: JSON.stringify({ taskId: asked, status: 'READY' }) };
  }
  if (fault.kind !== 'busy-until') return fault;
  // As a date that is whole in seconds, rounded up: never earlier than meant.
  const until = new Date(Math.ceil(clock.now() / 1000 + fault.seconds) * 1000).toUTCString();
  return { kind: 'status', status: 429, headers: { 'retry-after': until } };
}
