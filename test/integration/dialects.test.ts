import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Dialect, sandboxSettingsSchema } from '../../packages/provider-sandbox/settings.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

// What the API's pages leave open, a server says in one way or in another.
const { dialect: usual } = sandboxSettingsSchema.parse({});
let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => {
  it_.stack.sandbox?.change({ dialect: usual });
  sinceNow(it_).fault();
});

const said = ({ status200, resultName, resultArray, statusCase, strangePending }: Dialect) =>
  [
    status200 ? '200' : '201',
    `\`${resultName}\``,
    resultArray ? 'an array' : 'an object',
    `${statusCase} case`,
    strangePending ? 'unknown words while pending' : 'documented words',
  ].join(', ');

/** Our client hears each combination in test/packages/provider-sandbox/every-dialect.test.ts; here, that a whole run is none the wiser. */
const dialects = [
  [true, 'result', true, 'upper', true],
  [false, 'data', true, 'lower', true],
] as const;

describe('a model comes of any server that behaves as documented', () => {
  it.each(
    dialects.map(([status200, resultName, resultArray, statusCase, strangePending]) => {
      const dialect: Dialect = { ...usual, status200, resultName, resultArray, statusCase, strangePending };
      return [said(dialect), dialect] as const;
    }),
  )('%s; an upload that ends in `timeout` is tried again', async (_, dialect) => {
    const { fault, sums } = sinceNow(it_);
    it_.stack.sandbox?.change({ dialect });
    fault({ call: 'upload', kind: 'task-timeout', after: 2 });
    const session = await it_.run(await it_.upload(songs(6)));
    expect(session).toMatchObject({
      status: 'ready',
      modelId: expect.stringMatching(/^chirp-custom:[0-9a-f-]{36}$/),
      creditsSpent: 107,
    });
    expect(new Set(session.tracks.map(({ clipId }) => clipId)).size).toBe(6);
    expect(session.tracks.map(({ attempts }) => attempts).sort()).toEqual([1, 1, 1, 1, 1, 2]);
    expect(sums().calls).toMatchObject({ prepare: 1, upload: 7, create: 1 });
  });
});
