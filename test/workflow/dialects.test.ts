import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock } from '../../local/clock.ts';
import { summarize } from '../../local/provider/ledger.ts';
import { type Sandbox, startSandbox } from '../../local/provider/sandbox.ts';
import type { Dialect } from '../../local/provider/settings.ts';
import { openStack, songs, type TestStack } from './local-stack.ts';

// Another server of the provider's API, as PROVIDER_BASE_URL names one. What the API's pages leave open, it says
// in one way in one run and in another in the next.
const clock = virtualClock();
let server: Sandbox;
let it_: TestStack;
beforeAll(async () => {
  server = await startSandbox({ port: 0, clock, key: 'key-of-another-server', seed: 'dialects' });
  it_ = await openStack({ clock, provider: { baseUrl: server.url, key: server.key } });
});
afterAll(async () => {
  await it_.close();
  await server.close();
});

let before: number;
beforeEach(() => {
  before = server.ledger().length;
});
const calls = () => summarize(server.ledger().slice(before)).calls;

const said = ({ status200, resultName, resultArray, statusCase, strangePending }: Dialect) =>
  [
    status200 ? '200' : '201',
    `\`${resultName}\``,
    resultArray ? 'an array' : 'an object',
    `${statusCase} case`,
    strangePending ? 'unknown words while pending' : 'documented words',
  ].join(', ');

/**
 * With the sandbox's own way, which the other tests hear, every pair of variants occurs in some row (a covering
 * array of strength 2).
 */
const dialects = [
  [true, 'result', true, 'lower', true],
  [true, 'result', false, 'upper', false],
  [true, 'data', true, 'upper', false],
  [false, 'result', true, 'upper', true],
  [false, 'data', false, 'upper', true],
] as const;

describe('a model comes of any server that behaves as documented', () => {
  it.each(
    dialects.map(([status200, resultName, resultArray, statusCase, strangePending]) => {
      const dialect: Dialect = { status200, resultName, resultArray, statusCase, strangePending };
      return [said(dialect), dialect] as const;
    }),
  )('%s; an upload that ends in `timeout` is tried again', async (_, dialect) => {
    server.change({ dialect });
    server.setFaults([{ call: 'upload', kind: 'task-timeout', after: 2 }]);
    const session = await it_.run(await it_.upload(songs(6)));
    expect(session).toMatchObject({
      status: 'ready',
      modelId: expect.stringMatching(/^chirp-custom:[0-9a-f-]{36}$/),
      creditsSpent: 107,
    });
    expect(new Set(session.tracks.map(({ clipId }) => clipId)).size).toBe(6);
    expect(session.tracks.map(({ attempts }) => attempts).sort()).toEqual([1, 1, 1, 1, 1, 2]);
    expect(calls()).toMatchObject({ prepare: 1, upload: 7, create: 1 });
  });

  it('a training that ends in `timeout` is told as failed, and not bought again', async () => {
    server.setFaults([{ call: 'create', kind: 'task-timeout' }]);
    const session = await it_.run(await it_.upload(songs(6)));
    expect(session).toMatchObject({ status: 'failed', failure: { error: 'TrainingFailed' } });
    expect(session.failure?.reason).toContain('"timeout"');
    expect(calls().create).toBe(1);
  });
});
