import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from '@aws-sdk/client-sfn';
import {
  type actions,
  createdSessionAnswer,
  type SessionAnswer,
  sessionAnswer,
} from '../functions/api/contract/session.ts';
import { uploadAnswer } from '../functions/api/contract/track.ts';
import { audioFolder } from '../functions/domain/object-keys.ts';
import { type Stack, type StackOptions, startStack } from '../local/stack.ts';
import { synthesize } from '../local/synth.ts';
import { type Clock, virtualClock } from '../packages/local-servers/clock.ts';
import { summarize } from '../packages/provider-sandbox/ledger.ts';
import type { FaultInput } from '../packages/provider-sandbox/sandbox.ts';
import { wavFile } from './audio-files/wav.ts';
import { stoppingClock } from './stopping-clock.ts';
import { recordGrants, recordUse } from './used-permissions.ts';
import { withheldGrants } from './withheld-grants.ts';

/** Synthesized once for all tests and all runs, until a source of the template changes. */
export const assemblyHome = path.join('node_modules', '.cache', 'chirpsmith-test');

export interface TestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A provider that is quick: most tasks are done at their first check, which halves what a run costs. After quick
 * uploads a training is looked for early, so it must be short as well. A test of the schedules makes it slow again.
 */
export const quick = {
  upload: { median: 8, spread: 0.4, shortest: 4, longest: 60 },
  training: { shortest: 15, longest: 30 },
};

const made = new Map<number, Uint8Array>();

/** The same piece is the same bytes, made once. */
function piece(pitch: number): Uint8Array {
  const bytes = made.get(pitch) ?? wavFile({ seconds: 7, pitch, sampleRate: 8000 });
  made.set(pitch, bytes);
  return bytes;
}

/**
 * Short pieces that differ: one pitch each, the names that people use. Only the first is named as what it is not, for each
 * such file is copied in each run.
 */
export function songs(count: number): TestFile[] {
  const names = [
    '01 côté + labo.mp3',
    '02 palace #1.wav',
    '03 洞窟.wav',
    '04 a%20b.WAV',
    '05 plain.wav',
    "06 d'été.wave",
  ];
  return Array.from({ length: count }, (_, index) => ({
    name: names[index] ?? `song ${index + 1}.wav`,
    bytes: piece(220 + 20 * index),
  }));
}

type Action = (typeof actions)[number];

export const declarationOf = ({ name, bytes }: TestFile) => ({
  name,
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

export async function send(
  { trackId, url, headers }: { trackId: string; url: string; headers: Record<string, string> },
  bytes: Uint8Array,
): Promise<void> {
  const put = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  if (put.status !== 200) throw new Error(`PUT ${trackId}: ${put.status} ${await put.text()}`);
}

/** The clock of the shared stack; a test that stops it must resume it. */
export const time = stoppingClock();

/** What the shared stack's roles may do; a test that takes a permission away gives it back. */
export const grants = withheldGrants();

let shared: Promise<TestStack> | undefined;

/**
 * One stack for all tests that leave it as they found it: a stack's first run costs five times what the later
 * ones do, for every function has to be loaded. It ends with the process.
 */
export async function sharedStack(): Promise<TestStack> {
  shared ??= openStack({ clock: time, change: grants.change });
  const opened = await shared;
  // What a run of the file before still asks the provider would be counted among the calls of the next one.
  while (opened.stack.stepFunctions.running() > 0) await delay(5);
  const left = await underWay(opened);
  if (left.length > 0) {
    throw new Error(
      `An earlier file left sessions under way: ${left.join(', ')}. A sweep of this file would end or start them, and the calls of their runs would count as its own: cancel them there.`,
    );
  }
  return opened;
}

/** The names of the sessions that are under way by their records. */
async function underWay({ stack, dynamodb }: TestStack): Promise<string[]> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: stack.assembly.tables[0]?.name,
      IndexName: 'underWay',
      KeyConditionExpression: 'underWay = :yes',
      ExpressionAttributeValues: { ':yes': { S: 'yes' } },
    }),
  );
  return Items.map(({ pk, name }) => `"${name?.S}" (${pk?.S})`);
}

/** What the sandbox of a stack has seen since now, what could not be delivered, and the faults that a test wants. */
export function sinceNow({ stack: { sandbox, assembly, queues } }: TestStack) {
  if (!sandbox) throw new Error('These tests run against the sandbox.');
  const before = sandbox.ledger().length;
  const allLetters = () => assembly.queues.flatMap(({ arn }) => queues.messages(arn));
  const lettersBefore = allLetters().length;
  const entries = () => sandbox.ledger().slice(before);
  return {
    entries,
    /** Without those for the account's credits, which are on no session. */
    calls: () => entries().filter(({ call }) => call !== 'credits').length,
    sums: () => summarize(entries()),
    /** Events that could not be delivered. */
    letters: () => allLetters().slice(lettersBefore),
    fault: (...faults: FaultInput[]) => sandbox.setFaults(faults),
  };
}

export type TestStack = Awaited<ReturnType<typeof openStack>>;

/**
 * The synthesized template with the real functions, on a clock that jumps: real HTTP, real signatures, real
 * permissions, the sandbox with its ledger, and no waiting.
 */
export async function openStack(options: Partial<StackOptions> = {}) {
  const home = options.home ?? mkdtempSync(path.join(tmpdir(), 'chirpsmith-'));
  const assembly = options.assembly ?? (await synthesize({ home: assemblyHome }));
  const notices: string[] = [];
  const news = newsOf(notices);
  const { clock, idle } = watched(options.clock ?? virtualClock());
  const stack = await startStack({
    home,
    assembly,
    port: 0,
    speed: 1,
    sandbox: { seed: 'test', settings: { durations: quick } },
    // Room for each function, and for as long as the tests last: to load one again costs more than most tests do. New
    // objects have room, too: it saves a tenth of what a run costs.
    workers: { perFunction: 1, total: 60, idleSeconds: 3600, youngGenerationMb: 16 },
    notice: news.tell,
    onAllowed: recordUse,
    ...options,
    clock,
  });
  recordGrants(stack.assembly);
  const close = (keep = false) => closeStack(stack, home, keep);
  return { stack, home, notices, idle, ...clientOf(stack, news), close };
}

/** The stack's messages for the terminal, and for tests that wait for one. */
function newsOf(notices: string[]) {
  let told = 0;
  let waiting: (() => void)[] = [];
  return {
    tell(line: string) {
      notices.push(line);
      told++;
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
    /** How many messages there were so far. */
    told: () => told,
    /** Until there are more messages than that. */
    async since(before: number) {
      if (told === before) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

/**
 * `idle` resolves when no function runs: an execution that fails leaves those of its other branches running, as
 * in AWS.
 */
function watched(clock: Clock): { clock: Clock; idle(): Promise<void> } {
  let working = 0;
  return {
    clock: {
      ...clock,
      busy: async (work) => {
        working++;
        try {
          return await clock.busy(work);
        } finally {
          working--;
        }
      },
    },
    async idle() {
      while (working > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

async function closeStack(stack: Stack, home: string, keep: boolean): Promise<void> {
  await stack.close();
  if (!keep) rmSync(home, { recursive: true, force: true });
}

/** What a user of the API does, and what a person looks up in the console afterwards. */
function clientOf({ ready }: Stack, news: ReturnType<typeof newsOf>) {
  const stepFunctions = new SFNClient({
    endpoint: ready.aws,
    region: ready.region,
    credentials: ready.adminKey,
  });
  const dynamodb = new DynamoDBClient({
    endpoint: ready.aws,
    region: ready.region,
    credentials: ready.adminKey,
  });
  const s3 = new S3Client({
    endpoint: ready.s3,
    region: ready.region,
    credentials: ready.adminKey,
    forcePathStyle: true,
  });

  async function call(
    method: string,
    route: string,
    body?: unknown,
    token = ready.token,
    more: Record<string, string> = {},
  ) {
    const response = await fetch(ready.api + route, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
  }

  async function upload(files: readonly TestFile[], fields: object = {}): Promise<string> {
    const declared = files.map(declarationOf);
    // The same songs are used again and again, and each test wants a session of its own.
    const body = { name: 'Night Drive', files: declared, again: true, ...fields };
    const created = await call('POST', '/sessions', body);
    if (created.status !== 201) throw new Error(`POST /sessions: ${JSON.stringify(created.body)}`);
    const { sessionId, uploads } = createdSessionAnswer.parse(created.body);
    await Promise.all(
      uploads.map((signed) => send(signed, files[Number(signed.trackId) - 1]?.bytes ?? new Uint8Array())),
    );
    return sessionId;
  }

  /** Another file in the place of one. */
  async function replace(sessionId: string, trackId: string, file: TestFile): Promise<void> {
    const answer = await call('PUT', `/sessions/${sessionId}/tracks/${trackId}`, declarationOf(file));
    if (answer.status !== 200) throw new Error(`PUT track ${trackId}: ${JSON.stringify(answer.body)}`);
    await send(uploadAnswer.parse(answer.body), file.bytes);
  }

  /** Where the files of a session lie, in their order, as a person names them in the console. */
  async function audioOf(sessionId: string): Promise<string[]> {
    const list = new ListObjectsV2Command({ Bucket: ready.bucket, Prefix: audioFolder(sessionId) });
    const { Contents = [] } = await s3.send(list);
    return Contents.map(({ Key }) => `s3://${ready.bucket}/${Key}`);
  }

  async function session(sessionId: string): Promise<SessionAnswer> {
    return sessionAnswer.parse((await call('GET', `/sessions/${sessionId}`)).body);
  }

  /** Does what a person can do with a session, and gives the answer of that moment. */
  async function act(sessionId: string, action: Action, body?: object): Promise<SessionAnswer> {
    const answer = await call('POST', `/sessions/${sessionId}/${action}`, body);
    if (answer.status > 202) throw new Error(`${action}: ${JSON.stringify(answer.body)}`);
    return sessionAnswer.parse(answer.body);
  }

  /** Does something that begins a run, and stays until its execution has ended. */
  async function run(sessionId: string, action: Action = 'start', body?: object): Promise<SessionAnswer> {
    const begun = await act(sessionId, action, body);
    if (begun.executionArn !== undefined) await ended(begun.executionArn);
    return session(sessionId);
  }

  /** Polls until the session has the state that the test waits for. */
  async function until(
    sessionId: string,
    isSought: (session: SessionAnswer) => boolean,
  ): Promise<SessionAnswer> {
    for (;;) {
      const found = await session(sessionId);
      if (isSought(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Asked again only when there is news: a question every few milliseconds costs a third of what a run does. */
  async function ended(executionArn: string) {
    for (;;) {
      const before = news.told();
      const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return execution;
      await news.since(before);
    }
  }

  /** The names of the states that the execution entered, in order. */
  async function path(executionArn: string | undefined): Promise<string[]> {
    const events = await history(executionArn);
    return events.flatMap(({ stateEnteredEventDetails: entered }) =>
      entered?.name === undefined ? [] : [entered.name],
    );
  }

  async function history(executionArn: string | undefined): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await stepFunctions.send(new GetExecutionHistoryCommand({ executionArn, nextToken }));
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }

  return {
    call,
    upload,
    replace,
    audioOf,
    session,
    act,
    run,
    until,
    ended,
    path,
    history,
    stepFunctions,
    dynamodb,
    s3,
  };
}
