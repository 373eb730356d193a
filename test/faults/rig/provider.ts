import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { type Provider, type ProviderCall, refusing } from '../../../functions/provider/provider.ts';
import type { Clock } from '../../../local/clock.ts';
import type { FaultInput, LedgerEntry, Sandbox } from '../../../local/provider/sandbox.ts';
import type { AudioBucket } from './audio-bucket.ts';
import type { Invocation } from './invocations.ts';
import type { Wired } from './wire.ts';

type Unplaced<F> = F extends unknown ? Omit<F, 'call' | 'times' | 'after'> : never;

/** What the provider, or the way to it, does with one call. */
export type CallFault =
  | Unplaced<FaultInput>
  | { readonly kind: 'refused' }
  /** Of a status: it still says what a prepared session says, whatever has happened since. */
  | { readonly kind: 'still-ready' }
  | { readonly kind: 'busy-until'; readonly seconds: number }
  /** Of a clip's audio: it ends in its middle. */
  | { readonly kind: 'half' };

/** What a call was about and what came of it, by the ledger. */
export interface CallFact {
  readonly call: ProviderCall;
  /** The state that made it. */
  readonly by: string | undefined;
  readonly trackId?: string | undefined;
  /** Key and version of the audio of an upload. */
  readonly audio?: string;
  readonly clipIds?: readonly string[];
  readonly fault: string | undefined;
  /** Undefined when the call never reached the provider. */
  readonly entry: LedgerEntry | undefined;
}

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
  readonly wire: Wired;
  readonly creditsUrl?: string;
  step<T>(call: ProviderCall, make: (fault: CallFault | undefined) => Promise<T>): Promise<T>;
  /** The one at hand. */
  invocation(): Invocation | undefined;
  onCall(fact: CallFact): void;
}): Provider {
  const { sandbox, clock, bucket, wire } = options;

  const send = <T>(
    call: ProviderCall,
    about: Pick<CallFact, 'audio' | 'clipIds'>,
    inherent: CallFault | undefined,
    make: (client: Provider) => Promise<T>,
  ): Promise<T> =>
    options.step(call, async (drawn) => {
      const fault = drawn ?? inherent;
      const before = sandbox.ledger().length;
      const by = options.invocation();
      const client = createMountSea({
        baseUrl: sandbox.url,
        key: async () => sandbox.key,
        fetch: fetchWith(call, fault),
        now: clock.now,
        creditsUrl: options.creditsUrl,
      });
      try {
        return await make(client);
      } finally {
        options.onCall({
          call,
          ...about,
          trackId: by?.trackId,
          by: by?.name,
          fault: drawn?.kind,
          entry: sandbox.ledger()[before],
        });
      }
    });

  const fetchWith =
    (call: ProviderCall, fault: CallFault | undefined): typeof fetch =>
    (input, init) => {
      if (!fault) return wire.fetch(input, init);
      if (fault.kind === 'refused') return wire.refuse(input, init);
      // The host of the credits is another one, where nothing but the way to it goes wrong here.
      if (call === 'credits' || fault.kind === 'half') return wire.fetch(input, init);
      const asked = new URL(String(input)).searchParams.get('taskId');
      sandbox.setFaults([{ ...placed(fault, clock, asked), call } as FaultInput]);
      const hangs = fault.kind === 'timeout-before' || fault.kind === 'timeout-after';
      return hangs ? wire.untilItHangs(input, init) : wire.fetch(input, init);
    };

  const handOver =
    (call: 'upload' | 'addToBatch'): Provider['upload'] =>
    (request) => {
      const { key, object } = bucket.at(request.audioUrl);
      const refused: CallFault = { kind: 'task-failed', reason: copyrightWords };
      const inherent = object?.content === 'refused' ? refused : undefined;
      const audio = `${key} ${object?.versionId ?? 'deleted'}`;
      return send(call, { audio }, inherent, (client) => client[call](request));
    };

  return {
    ...refusing('mountsea'),
    prepare: () => send('prepare', {}, undefined, (client) => client.prepare()),
    upload: handOver('upload'),
    create: (request) =>
      send('create', { clipIds: request.clipIds }, undefined, (client) => client.create(request)),
    openBatch: () => send('openBatch', {}, undefined, (client) => client.openBatch()),
    addToBatch: handOver('addToBatch'),
    generate: (request) => send('generate', {}, undefined, (client) => client.generate(request)),
    status: (taskId) => send('status', {}, undefined, (client) => client.status(taskId)),
    credits: async () =>
      options.creditsUrl === undefined
        ? undefined
        : send('credits', {}, undefined, (client) => client.credits()),
  };
}

function placed(
  fault: Exclude<CallFault, { kind: 'refused' | 'half' }>,
  clock: Clock,
  asked: string | null,
): object {
  if (fault.kind === 'still-ready') {
    return { kind: 'body', status: 200, body: JSON.stringify({ taskId: asked, status: 'READY' }) };
  }
  if (fault.kind !== 'busy-until') return fault;
  // As a date that is whole in seconds, rounded up: never earlier than meant.
  const until = new Date(Math.ceil(clock.now() / 1000 + fault.seconds) * 1000).toUTCString();
  return { kind: 'status', status: 429, headers: { 'retry-after': until } };
}
