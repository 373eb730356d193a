import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../cli/api-client.ts';
import { smokeTable } from '../../cli/output/smoke-table.ts';
import { smokeRows } from '../../cli/smoke/checks.ts';
import { turnsIn } from '../../cli/smoke/smoke-stage.ts';
import type { Row, SmokeWorld } from '../../cli/smoke/world.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';
import { run } from '../cli/run-command.ts';

let it_: TestStack;
let world: SmokeWorld;
beforeAll(async () => {
  it_ = await sharedStack();
  const { api, token, bucket, stateMachineArn } = it_.stack.ready;
  const answers = { current: async () => token, renewed: async () => token };
  world = {
    ...{ stage: 'local', api, bucket, stateMachineArn, s3: it_.s3, stepFunctions: it_.stepFunctions },
    client: createApiClient(api, answers),
    files: songs(6),
    origin: undefined,
    maySpend: true,
    concurrency: undefined,
    alarms: undefined,
    turns: (sessionId) => turnsIn(path.join(it_.stack.ready.home, 'log', 'events.log'), sessionId),
    fetch,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 100)),
    now: Date.now,
    patience: 120_000,
  };
});

async function rowsOf(changes: Partial<SmokeWorld> = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of smokeRows({ ...world, ...changes })) rows.push(row);
  return rows;
}
const named = (rows: readonly Row[], result: Row['result']) =>
  rows.filter((row) => row.result === result).map(({ name }) => name);

/** A run is three trainings; what is looked at besides needs none. */
describe('the checklist of a stage', { timeout: 240_000 }, () => {
  it('is all right on the local stack, but for what only AWS or a person can show', async () => {
    const rows = await rowsOf();
    expect(named(rows, 'failed'), JSON.stringify(rows)).toEqual([]);
    expect(named(rows, 'ok')).toEqual([
      'The API tells what it is',
      'The API wants a token',
      'A model by the API',
      'Signed GET and HEAD',
      'A model by a manifest',
      'A model from the console',
      'Events, by the condition of PutEvents',
      'Deletion',
    ]);
    expect(rows.find(({ name }) => name.startsWith('Events'))?.seen).toMatch(
      /: open, preparing, uploading, creating, training, ready$/,
    );
    for (const { result, todo } of rows) expect(todo === undefined).toBe(result === 'ok');
    expect(rows.find(({ name }) => name === 'Signed GET and HEAD')?.seen).toMatch(
      /^GET 200, audio\/wav, attachment; filename="01 c_t_ \+ labo.wav", \d+ characters; HEAD 403$/,
    );
    const table = smokeTable(rows).join('\n');
    for (const { name, seen } of rows)
      expect(table).toMatch(new RegExp(`^${RegExp.escape(name)}.*${RegExp.escape(seen)}$`, 'm'));
  });

  it('has one row that fails where the sandbox refuses the create of the first model', async () => {
    const { fault } = sinceNow(it_);
    fault({ call: 'create', kind: 'task-failed', reason: 'no more models' });
    const rows = await rowsOf();
    fault();
    expect(named(rows, 'failed')).toEqual(['A model by the API']);
    const [row] = rows.filter(({ result }) => result === 'failed');
    expect(rows.find(({ name }) => name === 'Deletion')?.seen).toBe('no session was made that is ready');
    expect(row).toMatchObject({
      seen: expect.stringContaining('no more models'),
      todo: expect.stringMatching(/^npx chirpsmith status /),
    });
    // The command that the row names shows why.
    const [command = '', ...args] = row?.todo?.split(' ').slice(2) ?? [];
    const shown = await run(command, args, { home: it_.home });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('no more models');
  });

  it('has a row that fails where the bus takes no event', async () => {
    let now = 0;
    const ready = { sessionId: 'session-1', status: 'ready', modelId: 'chirp-custom:1' };
    const client = {
      ...world.client,
      createSession: async () => ({ sessionId: 'session-1', uploads: [] }),
      startSession: async () => undefined,
      getSession: async () => ({ session: ready, retryAfter: 1 }),
      deleteSession: async () => undefined,
    } as unknown as SmokeWorld['client'];
    const rows: Row[] = [];
    const jumping = { now: () => (now += 1000), sleep: async () => undefined };
    // Nothing else of the checklist begins anything then.
    const s3 = { send: () => Promise.reject(new Error('not here')) } as unknown as SmokeWorld['s3'];
    for await (const row of smokeRows({ ...world, ...jumping, client, s3, turns: async () => ['open'] })) {
      rows.push(row);
      if (row.name.startsWith('Events')) break;
    }
    expect(rows.at(-1)).toMatchObject({ result: 'failed', seen: 'session session-1: open' });
  });

  it('buys nothing without consent, and reports a preflight without an allowed origin', async () => {
    const { sums } = sinceNow(it_);
    const rows = await rowsOf({ maySpend: false, origin: 'https://app.example.com' });
    expect(named(rows, 'failed')).toEqual(['A preflight of a browser']);
    expect(rows.filter(({ seen }) => seen.includes('nobody agreed')).map(({ name }) => name)).toEqual([
      'A model by the API',
      'A model by a manifest',
      'A model from the console',
    ]);
    expect(sums()).toMatchObject({ credits: 0 });
  });

  it('shows on AWS a quota that is too low and an alarm that is raised', async () => {
    const rows = await rowsOf({
      maySpend: false,
      concurrency: async () => ({ limit: 10, unreserved: 10 }),
      alarms: async () => ({ 'chirpsmith-prod-key-refused': 'ALARM', 'chirpsmith-prod-events-lost': 'OK' }),
    });
    expect(named(rows, 'failed')).toEqual(['Quota of concurrent executions', 'Alarms']);
    expect(rows.find(({ name }) => name === 'Alarms')?.seen).toBe(
      '2 alarms, 1 raised: chirpsmith-prod-key-refused',
    );
  });
});
