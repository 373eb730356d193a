import { describe, expect, test } from 'vitest';
import { createMountSea } from '../../functions/provider/mountsea.ts';
import {
  dialects,
  type MusicProvider,
  type ProviderCall,
  type TrainingProvider,
} from '../../functions/provider/provider.ts';
import { createRelay } from '../../functions/provider/relay.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { exists, hasTest, read, shownTests, tableRows } from './shown-tests.ts';

const page = read('docs/provider.md');
const rows = tableRows(page).map(([what = '', handled = '', shown = '', ...more]) => ({
  what,
  used: !handled.startsWith('not used: '),
  files: [...handled.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = '']) => file),
  shown: shownTests(shown),
  more,
}));

const request = { sessionId: 's', audioUrl: 'https://a.example/1', clipIds: [], name: 'n', clipId: 'c' };
type Calls<Port> = Partial<Record<ProviderCall, (provider: Port) => Promise<unknown>>>;
const trainingCalls: Calls<TrainingProvider> = {
  prepare: (it) => it.prepare(),
  upload: (it) => it.upload(request),
  create: (it) => it.create(request),
  openBatch: (it) => it.openBatch(),
  addToBatch: (it) => it.addToBatch(request),
  status: (it) => it.status('ID', 'training'),
  credits: (it) => it.credits(),
};
const musicCalls: Calls<MusicProvider> = {
  status: (it) => it.status('ID', 'music'),
  generate: (it) => it.generate({ model: 'm', prompt: 'p', tags: '' }),
  persona: (it) => it.persona(request),
  credits: (it) => it.credits(),
};

/** Every call that a client of a dialect sends, as the page of the provider writes it. */
async function sent(dialect: (typeof dialects)[number]): Promise<string[]> {
  const seen = new Set<string>();
  const options = {
    baseUrl: 'https://provider.example',
    creditsUrl: 'https://account.example/api-user/credits',
    key: async () => 'key',
    fetch: async (input: string | URL | Request, init?: RequestInit) => {
      const { pathname, search } = new URL(String(input));
      seen.add(`${init?.method} ${(pathname + search).replace('ID', '{id}')}`);
      return Response.json({}, { status: 400 });
    },
  };
  const [mountsea, relay] = [createMountSea(options), createRelay(options)];
  const ofMusic = (it: MusicProvider) => Object.values(musicCalls).map((call) => () => call(it));
  const calls = {
    mountsea: [...Object.values(trainingCalls).map((call) => () => call(mountsea)), ...ofMusic(mountsea)],
    relay: ofMusic(relay),
  };
  for (const call of calls[dialect]) {
    await call().catch((error: unknown) => expect(error).toBeInstanceOf(ChirpsmithError));
  }
  return [...seen];
}

describe('the table of what the provider documents', () => {
  test('has every call that the clients send, and no other but those that it says are not used', async () => {
    const all = await Promise.all(dialects.map(sent));
    const calls = rows.flatMap(({ what, used }) => {
      const call = /^`((?:GET|POST|PUT|DELETE) [^`]+)`/.exec(what)?.[1];
      return call === undefined ? [] : [{ call, used }];
    });
    const used = calls.filter((it) => it.used).map(({ call }) => call);
    expect(used.sort()).toEqual(all.flat().sort());
    const unused = calls.filter((it) => !it.used).map(({ call }) => call);
    expect(unused.filter((call) => used.includes(call))).toEqual([]);
    expect(unused.length).toBeGreaterThan(0);
  });

  test('says of each row where it is handled and which test shows it, or why it is not used', () => {
    expect(rows.length).toBeGreaterThan(115);
    expect(rows.filter(({ more }) => more.length > 0)).toEqual([]);
    expect(
      rows.filter(({ used, files, shown }) => used && (files.length === 0 || shown.length === 0)),
    ).toEqual([]);
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
  });

  test('names files that exist', () => {
    expect(rows.flatMap(({ files }) => files).filter((file) => !exists(file))).toEqual([]);
  });

  test('names tests that exist', () => {
    const shown = rows.flatMap((row) => row.shown);
    expect(shown.filter(([file, title]) => !hasTest(file, title))).toEqual([]);
    // Every link to a test was read as one, with its title.
    expect(shown.length).toBe([...page.matchAll(/\]\(\.\.\/test\//g)].length);
  });

  test('would not pass with a title that is gone', () => {
    const [file, title] = rows.flatMap((row) => row.shown)[0] ?? ['', ''];
    expect(hasTest(file, title)).toBe(true);
    expect(hasTest(file, `${title}, or not`)).toBe(false);
    expect(hasTest('test/gone.test.ts', title)).toBe(false);
  });
});
