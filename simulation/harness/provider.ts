import type { Track } from '../../functions/domain/session.ts';
import { createMountSea } from '../../functions/provider/mountsea.ts';
import type { Provider, ProviderCall } from '../../functions/provider/provider.ts';
import type { Clock } from '../../packages/local-servers/clock.ts';
import type { FaultInput, LedgerEntry, Sandbox } from '../../packages/provider-sandbox/sandbox.ts';
import type { AudioBucket, StoredObject } from './audio-bucket.ts';
import type { Echoes } from './echoes.ts';
import type { Invocation, Step } from './invocations.ts';
import type { Wired } from './wire.ts';

type Unplaced<F> = F extends unknown ? Omit<F, 'call' | 'times' | 'after'> : never;

/** What the provider, or the way to it, does with one call. */
export type CallFault =
  | Unplaced<FaultInput>
  | { readonly kind: 'refused' }
  /** Of a status: it still reports a prepared session, after anything that has happened since. */
  | { readonly kind: 'still-ready' }
  | { readonly kind: 'busy-until'; readonly seconds: number }
  /** 200 with an envelope that reports an error, although it names the task. */
  | { readonly kind: 'envelope'; readonly taken: boolean }
  /** Its id, or that of what it makes, is one that the provider has given before, for something else. */
  | { readonly kind: 'seen-before' }
  /** Of a clip's audio: it ends in its middle. */
  | { readonly kind: 'half' };

/** What a call was about and what came of it, by the ledger. */
export interface CallFact {
  readonly call: ProviderCall;
  /** The state that made it. */
  readonly by: string | undefined;
  /** The execution of that state, by its ARN. */
  readonly execution: string | undefined;
  readonly trackId?: string | undefined;
  /** Key and version of the audio of an upload, and what that version holds. */
  readonly audio?: string;
  readonly object?: StoredObject | undefined;
  /** Of a create: the clips that it names, and the tracks at that moment. */
  readonly clipIds?: readonly string[];
  readonly tracks?: readonly Track[];
  /** Moments of the world: when its caller had made its previous request, and when it was made. */
  readonly noticed: number;
  readonly at: number;
  readonly fault: string | undefined;
  /** Undefined when the call never reached the provider. */
  readonly entry: LedgerEntry | undefined;
}

/** What is known of a call before it is made. */
interface About extends Pick<CallFact, 'audio' | 'object' | 'clipIds' | 'tracks'> {
  /** The task that is asked about, or the session that it is for. */
  readonly subject?: string;
  /** What goes wrong with it by itself. */
  readonly inherent?: CallFault | undefined;
}

/** A provider's possible message for a permanent refusal. */
export const copyrightWords = 'Copyrighted material detected.';

/** What reading the provider's key is called, among the steps. */
export const keyRead = "the provider's key";

/** Seconds for which a function keeps the key. */
const keyLifetime = 300;

/**
 * The real client against the real sandbox. Reading the key and each request are steps that can be interfered with.
 * @param options.step makes one step, a call with the fault that was drawn for it, if any
 */
export function createFaultyProvider(options: {
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly bucket: AudioBucket;
  readonly wire: Wired;
  readonly creditsUrl?: string;
  /** Where ids may be given twice. */
  readonly echoes: Echoes | undefined;
  step<T>(about: Pick<Step, 'kind' | 'what'>, make: (fault: CallFault | undefined) => Promise<T>): Promise<T>;
  /** The one at hand. */
  invocation(): Invocation | undefined;
  moment(): number;
  /** The tracks of our session that has this session at the provider, as they are recorded. */
  tracksOf(providerSessionId: string): Promise<readonly Track[]>;
  onCall(fact: CallFact): void;
}): Provider {
  const { sandbox, clock, bucket, wire, echoes } = options;
  const keysRead = new Map<string, number>();

  /** Kept by each function for a while. */
  const readKey = async ({ forceFetch }: { readonly forceFetch: boolean }) => {
    const name = options.invocation()?.name ?? '';
    const age = clock.now() - (keysRead.get(name) ?? Number.NEGATIVE_INFINITY);
    if (forceFetch || age > keyLifetime * 1000) {
      await options.step({ kind: 'read', what: keyRead }, async () => {});
      keysRead.set(name, clock.now());
    }
    return sandbox.key;
  };

  const send = async <T>(
    call: ProviderCall,
    { subject, inherent, ...about }: About,
    make: (client: Provider) => Promise<T>,
  ): Promise<T> => {
    let bug: { error: unknown } | undefined;
    const fetched: typeof fetch = async (input, init) => {
      const by = options.invocation();
      const noticed = by?.noticed ?? 0;
      let told: { answer: Response } | { failure: unknown } | undefined;
      try {
        told = await options.step({ kind: 'call', what: call }, async (drawn) => {
          const before = sandbox.ledger().length;
          const at = options.moment();
          try {
            return { answer: await fetchWith(call, drawn ?? inherent, subject)(input, init) };
          } catch (failure) {
            return { failure };
          } finally {
            options.onCall({
              call,
              ...about,
              trackId: by?.trackId,
              by: by?.name,
              execution: by?.execution,
              noticed,
              at,
              fault: drawn?.kind,
              entry: sandbox.ledger()[before],
            });
          }
        });
      } catch (error) {
        // Thrown at the step, by no provider: the client is not to take it for a failed connection.
        bug = { error };
        throw error;
      }
      if ('failure' in told) throw told.failure;
      return told.answer;
    };
    const client = createMountSea({
      baseUrl: sandbox.url,
      key: readKey,
      fetch: fetched,
      now: clock.now,
      creditsUrl: options.creditsUrl,
    });
    try {
      return await make(client);
    } catch (error) {
      throw bug ? bug.error : error;
    }
  };

  const fetchWith =
    (call: ProviderCall, fault: CallFault | undefined, subject: string | undefined): typeof fetch =>
    async (input, init) => {
      // The host of the credits is another one, where nothing but the way to it goes wrong here.
      const isPlain = !fault || (call === 'credits' && fault.kind !== 'refused') || fault.kind === 'half';
      const send = () => wire.fetch(input, init);
      if (isPlain) return echoes ? echoes.plain(call, send) : send();
      if (fault.kind === 'refused') return wire.refuse(input, init);
      if (fault.kind === 'seen-before') return echoes ? echoes.repeat(call, send) : send();
      if (fault.kind === 'envelope' && fault.taken) return enveloped(await wire.fetch(input, init));
      sandbox.setFaults([{ ...placed(fault, clock, subject), call } as FaultInput]);
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
      const about = { audio, object, subject: request.sessionId, inherent };
      return send(call, about, (client) => client[call](request));
    };

  return {
    // It never changes here.
    readKey: async (how) => {
      await readKey(how);
      return false;
    },
    prepare: () => send('prepare', {}, (client) => client.prepare()),
    upload: handOver('upload'),
    create: async (request) => {
      const tracks = await options.tracksOf(request.sessionId);
      const about = { clipIds: request.clipIds, tracks, subject: request.sessionId };
      return send('create', about, (client) => client.create(request));
    },
    openBatch: () => send('openBatch', {}, (client) => client.openBatch()),
    addToBatch: handOver('addToBatch'),
    generate: (request) => send('generate', {}, (client) => client.generate(request)),
    persona: (request) => send('persona', {}, (client) => client.persona(request)),
    status: (taskId, kind) => send('status', { subject: taskId }, (client) => client.status(taskId, kind)),
    credits: async () =>
      options.creditsUrl === undefined ? undefined : send('credits', {}, (client) => client.credits()),
  };
}

const failed = { code: 500, message: 'Internal error.' };

/** A relay in front of the provider that reports an error with 200, even after the provider took the call. */
async function enveloped(answer: Response): Promise<Response> {
  return Response.json({ ...failed, data: await answer.json() });
}

function placed(
  fault: Exclude<CallFault, { kind: 'refused' | 'half' | 'seen-before' }>,
  clock: Clock,
  subject: string | undefined,
): object {
  switch (fault.kind) {
    case 'still-ready':
      return { kind: 'body', status: 200, body: JSON.stringify({ taskId: subject, status: 'READY' }) };
    case 'envelope': {
      const id = subject ?? '11111111-1111-4111-8111-111111111111';
      const data = { taskId: id, sessionId: id };
      return { kind: 'body', status: 200, body: JSON.stringify({ ...failed, data }), taken: false };
    }
    case 'busy-until': {
      // As a date that is whole in seconds, rounded up: never earlier than meant.
      const until = new Date(Math.ceil(clock.now() / 1000 + fault.seconds) * 1000).toUTCString();
      return { kind: 'status', status: 429, headers: { 'retry-after': until } };
    }
    default:
      return fault;
  }
}
