import { randomUUID } from 'node:crypto';
import type { Clock } from '../local-servers/clock.ts';
import { providerApi } from './api.ts';
import { fetchAudio, sourceNotFound } from './audio-fetch.ts';
import { audio } from './audio-server.ts';
import { control } from './control.ts';
import { createFaultList, type FaultInput } from './faults.ts';
import { type ReceivedCall, type Reply, serve } from './http.ts';
import { type Change, noJournal, openJournal } from './journal.ts';
import type { LedgerEntry } from './ledger.ts';
import { forbiddenPath } from './music.ts';
import { changedSettings, type SandboxSettingsInput, sandboxSettingsSchema } from './settings.ts';
import { createState } from './state.ts';

export type { FaultInput } from './faults.ts';
export type { LedgerEntry } from './ledger.ts';

export interface SandboxOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the journal is kept; without it everything is forgotten at the end. */
  readonly directory?: string;
  /** Provider time: the sandbox's only clock. */
  readonly clock: Clock;
  /** The one API key that it accepts. */
  readonly key: string;
  /** Ids and durations follow from it; drawn when it is not given. A journal keeps its first seed. */
  readonly seed?: string;
  /** Hold for this run; only the credits are kept in the journal, where the first run's count. */
  readonly settings?: SandboxSettingsInput;
  readonly faults?: readonly FaultInput[];
  /** How it gets the audio that it is given URLs of. */
  readonly fetch?: typeof fetch;
}

export interface Sandbox {
  /** Of both dialects. */
  readonly url: string;
  readonly key: string;
  /** What the relay asks for: another key, so that the two cannot be mistaken for each other. */
  readonly relayKey: string;
  /** Answers a call as its server does, with no network in between. */
  answer(call: ReceivedCall): Promise<Reply>;
  /** Every call so far, oldest first. */
  ledger(): readonly LedgerEntry[];
  /** Credits left. */
  credits(): number;
  /** Most calls at the same moment so far. */
  mostInFlight(): number;
  setFaults(faults: readonly FaultInput[]): void;
  fault(fault: FaultInput): void;
  /** From now on it accepts this key, and the one before no more. */
  changeKey(key: string): void;
  /** Changes settings; `credits` sets the balance. Throws a ZodError. */
  change(settings: Partial<SandboxSettingsInput>): void;
  close(): Promise<void>;
}

const relayKeyOf = (key: string) => `relay-${key}`;

/**
 * Starts a server of the provider's API, in both dialects, on 127.0.0.1, with `/_sandbox/` beside it to look in and to
 * meddle. Everything that was answered is on disk before; after a kill, time goes on from the last record,
 * and an upload whose download was cut off fails as the provider's do.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock } = options;
  let { key } = options;
  let settings = sandboxSettingsSchema.parse(options.settings ?? {});
  const state = createState();
  const faults = createFaultList();
  faults.set(options.faults ?? []);

  const journal = options.directory === undefined ? noJournal : openJournal(options.directory);
  for (const change of journal.past) state.apply(change);
  const record = (change: Change) => {
    journal.append(change);
    state.apply(change);
  };
  if (state.seed === '') {
    record({ opened: { seed: options.seed ?? randomUUID(), credits: settings.credits } });
  }

  const behind = Math.max(0, state.lastAt - clock.now());
  let latest = state.lastAt;
  const now = () => {
    latest = Math.max(latest, Math.round(clock.now() + behind));
    return latest;
  };

  const closing = new AbortController();
  const fetched = (taskId: string, problem: Awaited<ReturnType<typeof fetchAudio>>) =>
    record({ fetched: { taskId, at: now(), ...(problem ? { problem } : {}) } });
  // The signed URL was never stored, so a download cannot be resumed.
  for (const { taskId } of state.uploads.values()) {
    if (!state.fetchedOf(taskId)) fetched(taskId, sourceNotFound);
  }
  const download = ({ taskId, audioUrl }: { taskId: string; audioUrl: string }) =>
    void clock.busy(async () => {
      const problem = await fetchAudio(audioUrl, settings.audio, closing.signal, options.fetch);
      if (!closing.signal.aborted) fetched(taskId, problem);
    });

  const change = (input: unknown) => {
    const next = changedSettings(settings, input);
    // In the settings it is what a new sandbox begins with; a change that names it means the balance.
    if (Object.hasOwn(Object(input), 'credits')) record({ balance: next.credits });
    settings = next;
  };

  let url = '';
  const ground = {
    get key() {
      return key;
    },
    get relayKey() {
      return relayKeyOf(key);
    },
    state,
    faults,
    settings: () => settings,
    now,
    record,
    download,
    change,
    unlock: (clipIds: readonly string[]) => record({ unlocked: [...clipIds] }),
    origin: () => url,
    mostInFlight: () => server.mostInFlight(),
  };
  const api = providerApi(ground);
  const answer = async (request: ReceivedCall): Promise<Reply> => {
    if (request.path.startsWith('/_sandbox/')) return control(ground, request);
    if (request.path.startsWith('/_audio/') || request.path === forbiddenPath) return audio(ground, request);
    if (settings.latency > 0) await clock.sleep(settings.latency, closing.signal);
    return api(request);
  };
  const server = await serve(options.port, answer);

  url = server.url;

  return {
    url,
    get key() {
      return key;
    },
    get relayKey() {
      return relayKeyOf(key);
    },
    changeKey(next) {
      key = next;
    },
    answer,
    ledger: () => [...state.entries],
    credits: () => state.credits,
    mostInFlight: server.mostInFlight,
    setFaults: faults.set,
    fault: faults.add,
    change,
    async close() {
      closing.abort();
      await server.close();
      journal.close();
    },
  };
}
