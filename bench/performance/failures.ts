import { virtualClock } from '../../packages/local-servers/clock.ts';
import type { FaultInput, Sandbox } from '../../packages/provider-sandbox/sandbox.ts';
import { startSandbox } from '../../packages/provider-sandbox/sandbox.ts';
import { openStack, songs } from '../../test-support/local-stack.ts';

/** What goes wrong once, and how a person would name it. */
export const mishaps: readonly { readonly name: string; readonly fault: FaultInput }[] = [
  {
    name: 'one upload fails',
    fault: { call: 'upload', kind: 'task-failed', after: 3, reason: 'Internal error' },
  },
  { name: 'one upload ends as `timeout`', fault: { call: 'upload', kind: 'task-timeout', after: 3 } },
  { name: 'one status call gets a 502', fault: { call: 'status', kind: 'status', status: 502, after: 2 } },
  { name: 'one status call gets no answer', fault: { call: 'status', kind: 'reset-before', after: 2 } },
  { name: 'the answer of create is lost', fault: { call: 'create', kind: 'reset-after' } },
];

/** How a run ended, read off the provider's ledger. */
export interface Ended {
  readonly runs: number;
  /** It has its model in the end. */
  readonly finished: boolean;
  /** A client still asked for a task after six hours, and was ended by hand. */
  readonly stuck?: boolean;
  /** Creates that were charged. */
  readonly creates: number;
  /** Uploads that were charged. */
  readonly uploads: number;
}

/** Tracks of each run; the fewest that a model takes, and two more. */
export const tracks = 8;
/** Hours after which a script that still asks counts as one that never ends. */
const patienceHours = 6;

const ledgerOf = (sandbox: Sandbox) => {
  const taken = (call: string) =>
    sandbox.ledger().filter((entry) => entry.call === call && entry.taken).length;
  return { creates: taken('create'), uploads: taken('upload') };
};

/** A client of the provider as people write one: what it does about an answer, and how long it waits. */
export interface Client {
  readonly name: string;
  /** Seconds before the check of this number, from 0 on. */
  readonly wait: (check: number) => number;
  /** How often a call is sent again that failed on its way or at the server, as HTTP libraries offer. */
  readonly resends: number;
}

export const clients: readonly Client[] = [
  { name: "the provider's sample script", wait: () => 3, resends: 0 },
  {
    name: 'a script with HTTP retries, 5 s × 1.5, at most 45 s',
    wait: (check) => Math.min(45, 5 * 1.5 ** check),
    resends: 3,
  },
];

/**
 * Lets a script train, and start over once when it has ended without a model, as the person before it does. What it makes of
 * a task: `success` and `failed` end it, anything else is asked for again.
 */
export async function playScript(client: Client, fault: FaultInput): Promise<Ended> {
  const clock = virtualClock();
  const sandbox = await startSandbox({
    ...{ port: 0, clock, key: 'key', seed: 'failures', faults: [fault] },
    fetch: async () => new Response(new Uint8Array(songs(1)[0]?.bytes ?? [])),
  });
  try {
    let runs = 0;
    let finished = false;
    let stuck = false;
    while (!finished && runs < 2) {
      runs++;
      finished = await runScript(client, sandbox, clock).catch((error: unknown) => {
        stuck ||= error instanceof StillAsks;
        return false;
      });
    }
    return { runs, finished, stuck, ...ledgerOf(sandbox) };
  } finally {
    await sandbox.close();
  }
}

class StillAsks extends Error {}

type Answer = Record<string, unknown>;

async function runScript(
  { wait, resends }: Client,
  { url, key }: Sandbox,
  clock: ReturnType<typeof virtualClock>,
): Promise<boolean> {
  const call = async (method: string, path: string, body?: object): Promise<Answer> => {
    for (let sent = 0; ; sent++) {
      try {
        const response = await clock.busy(() =>
          fetch(`${url}/suno/v2/${path}`, {
            method,
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            ...(body ? { body: JSON.stringify(body) } : {}),
          }),
        );
        if (response.status < 500 || sent >= resends) return Object(await response.json());
      } catch (error) {
        if (sent >= resends) throw error;
      }
      await clock.sleep(1000);
    }
  };
  const finish = async (taskId: unknown): Promise<Answer> => {
    const since = clock.now();
    for (let check = 0; clock.now() - since < patienceHours * 3_600_000; check++) {
      await clock.sleep(1000 * wait(check));
      const answer = await call('GET', `status?taskId=${taskId}`);
      if (answer.status === 'success') return Object(answer.data);
      if (answer.status === 'failed') throw new Error(String(answer.failReason));
    }
    throw new StillAsks();
  };
  const { sessionId } = await call('POST', 'customModel/prepare');
  const clipIds = await Promise.all(
    Array.from({ length: tracks }, async (_, index) => {
      const audioUrl = `https://audio.example/${index + 1}.wav`;
      const { taskId } = await call('POST', 'customModel/upload', { sessionId, audioUrl });
      return (await finish(taskId)).id;
    }),
  );
  const { taskId } = await call('POST', 'customModel/create', { sessionId, clipIds, name: 'Night Drive' });
  const model = await finish(taskId);
  return JSON.stringify(model).includes('chirp-custom:');
}

/** Lets Chirpsmith train on a stack of its own. A session that stopped is resumed once. */
export async function playOurs(fault: FaultInput): Promise<Ended> {
  const stack = await openStack({ sandbox: { seed: 'failures', faults: [fault] } });
  try {
    const { sandbox } = stack.stack;
    if (!sandbox) throw new Error('It runs against the sandbox.');
    const id = await stack.upload(songs(tracks));
    let session = await stack.run(id);
    let runs = 1;
    if (session.actions.includes('resume')) {
      session = await stack.run(id, 'resume');
      runs = 2;
    }
    return { runs, finished: session.status === 'ready', ...ledgerOf(sandbox) };
  } finally {
    await stack.close();
  }
}

/** What becomes of a run when something goes wrong, for each of the clients, as a table in Markdown. */
export async function failureTable(): Promise<string> {
  const rows: string[] = [];
  for (const { name, fault } of mishaps) {
    const played: (readonly [string, Ended])[] = [['**Chirpsmith**', await playOurs(fault)]];
    for (const client of clients) played.push([client.name, await playScript(client, fault)]);
    for (const [client, ended] of played)
      rows.push(`| ${name} | ${client} | ${inWords(ended).join(' | ')} |`);
  }
  const head = '| what goes wrong | client | in the end | uploads lost | paid twice |';
  return [head, head.replace(/[^|]+/g, '---'), ...rows].join('\n');
}

/** @returns how it ended; uploads that were paid and are in no model; what was paid more than once */
export function inWords({ runs, finished, stuck, creates, uploads }: Ended): [string, string, string] {
  const again = stuck
    ? '**asks for ever**; a model when a person starts it again'
    : 'model, after a person started it again';
  const end = !finished ? '**no model**' : runs === 1 ? 'model' : again;
  const lost = uploads - tracks;
  const twice = creates > 1 ? `**the model: ${100 * creates} credits**` : 'nothing';
  return [end, lost > 0 ? String(lost) : 'none', twice];
}
