import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { generate } from '../../cli/commands/generate.ts';
import type { CliEvent } from '../../cli/events.ts';
import { nextSteps } from '../../cli/next-steps.ts';
import { endOfSession } from '../../cli/outcome.ts';
import { linesOf } from '../../cli/output/plain-lines.ts';
import { saveClips } from '../../cli/save-clips.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { modelNote } from '../../functions/domain/music-rules.ts';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { withTextsEscaped } from '../../packages/terminal/printable.ts';
import { last } from './fake-session.ts';
import { prepared } from './prepared-folder.ts';
import { events, run } from './run-command.ts';

const session: SessionAnswer = {
  sessionId: '3f2a6c1e-0000-4000-8000-000000000000',
  kind: 'music',
  name: 'Tin Roof / night',
  status: 'ready',
  startedBy: 'api',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  minClips: 0,
  creditsSpent: 40,
  creditsTaken: { surely: 40, perhaps: 0 },
  creditsToCome: 0,
  actions: [],
  decisions: [],
  providerCalls: 2,
  tracks: [],
  music: {
    dialect: 'mountsea',
    model: 'chirp-v55',
    prompt: 'rain',
    tags: '',
    instrumental: false,
    clips: [{ clipId: 'clip-one-1', hasAudio: true, size: 5, durationSeconds: 8, format: 'WAV' }],
  },
};

const problemsOf = (argv: string[]) => generate.parse(argv, {}).problems.map(({ where }) => where);

test('all mistakes in the arguments are reported at once', () => {
  expect(problemsOf([])).toEqual(['--model', '--prompt']);
  expect(problemsOf(['--model', 'm', '--prompt', 'p', 'more', 'words'])).toEqual(['more, words']);
  expect(problemsOf(['--session', '3f2a', '--prompt', 'p'])).toEqual(['--prompt']);
  expect(problemsOf(['--model', 'm', '--prompt', 'p', '--title', 'x'.repeat(101)])).toEqual(['--title']);
  expect(problemsOf(['--session', '3f2a'])).toEqual([]);
  expect(problemsOf(['--session', '3f2a', '--persona', 'Hers', '--provider', 'relay'])).toEqual([
    '--persona',
    '--provider',
  ]);
  expect(problemsOf(['--persona', '', '--provider', 'suno'])).toEqual([
    '--persona',
    '--provider',
    '--prompt',
  ]);
});

test('a clip to make music from needs no model, is of the relay, and goes with no persona', () => {
  expect(problemsOf(['--from-clip', 'clip-1', '--prompt', 'p'])).toEqual([]);
  expect(problemsOf(['--from-clip', 'clip-1', '--unchecked-clip', '--prompt', 'p'])).toEqual([]);
  expect(problemsOf(['--from-clip', 'clip 1', '--prompt', 'p'])).toEqual(['--from-clip']);
  expect(problemsOf(['--from-clip', 'clip-1', '--persona', 'Hers', '--prompt', 'p'])).toEqual([
    '--from-clip',
  ]);
  expect(problemsOf(['--from-clip', 'c', '--provider', 'mountsea', '--prompt', 'p'])).toEqual([
    '--from-clip',
  ]);
  expect(problemsOf(['--provider', 'relay', '--unchecked-clip', '--prompt', 'p'])).toEqual([
    '--unchecked-clip',
  ]);
});

test('with a persona, or through the relay, no model need be named', () => {
  expect(problemsOf(['--persona', 'Hers', '--prompt', 'p'])).toEqual([]);
  expect(problemsOf(['--provider', 'relay', '--prompt', 'p'])).toEqual([]);
  // MountSea has no usual one.
  expect(problemsOf(['--provider', 'mountsea', '--prompt', 'p'])).toEqual(['--model']);
});

/** A session's clips, saved into an empty folder; each file is served as these bytes. */
async function saving(
  bytes: string,
  clipIds: readonly string[] = ['clip-one-1'],
  before: (folder: string) => Promise<unknown> = async () => {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'chirpsmith-music-'));
  await before(folder);
  const server = createServer((_, response) => response.end(bytes));
  const { url, close } = await listenOnLoopback(server, 0);
  onTestFinished(async () => {
    await close();
    await rm(folder, { recursive: true });
  });
  const told: CliEvent[] = [];
  const client = {
    getGeneration: async () => ({
      session,
      downloads: clipIds.map((clipId) => ({
        clipId,
        file: `${clipId}.wav`,
        url: `${url}/a?X-Amz-Signature=secret`,
        expiresAt: '2026-01-01T01:00:00Z',
      })),
    }),
  };
  const emit = (event: CliEvent) => void told.push(event);
  const saved = saveClips(session, { client, folder, emit, signal: new AbortController().signal });
  return { saved, told, folder };
}

test('audio is saved under a name that every system takes', async () => {
  const { saved, told } = await saving('sound');
  const [clip] = await saved;
  expect(basename(clip?.file ?? '')).toBe('Tin-Roof-night-clip-one-1.wav');
  expect(await readFile(clip?.file ?? '', 'utf8')).toBe('sound');
  expect(told).toMatchObject([{ event: 'clip.saved', clipId: 'clip-one-1', size: 5, format: 'WAV' }]);
  expect(JSON.stringify(told)).not.toContain('X-Amz');
});

test('clips whose ids begin alike, or are no names of files, have a file each', async () => {
  const ids = ['12345678-1', '12345678-2', '../../12345678', `12345678-${'x'.repeat(300)}`];
  const { saved, folder } = await saving('sound', ids);
  expect(await saved).toHaveLength(4);
  expect(await readdir(folder)).toHaveLength(4);
});

test('a file that comes short is no file, and leaves none', async () => {
  const { saved, folder } = await saving('so');
  await expect(saved).rejects.toThrow('2 of 5 bytes');
  expect(await readdir(folder)).toEqual([]);
});

test('a file that cannot be written leaves none; the message names the path and the remedy', async () => {
  const name = 'Tin-Roof-night-clip-one-1.wav';
  const { saved, folder } = await saving('sound', ['clip-one-1'], (made) => mkdir(join(made, name)));
  await expect(saved).rejects.toThrow(/clip-one-1\.wav.*cannot be used: it is a directory.*--out/);
  expect(await readdir(folder)).toEqual([name]);
});

test.each([
  ['is a file', 'track.mp3', /a part of the path is a file|a file is there already/],
  [
    'is behind a link that leads back to itself',
    'link/music',
    /a link in the path leads back to itself.*--out/,
  ],
])('an --out that %s is refused before the stack is asked for anything', async (_, out, message) => {
  const { home, fake } = await prepared();
  await writeFile(join(home, 'track.mp3'), '');
  await symlink('link', join(home, 'link'));
  const args = ['--model', 'chirp-v55', '--prompt', 'rain', '--json', '--out', resolve(home, out)];
  const ended = await run('generate', args, { home });
  expect(ended.code).toBe(2);
  expect(last(ended)).toMatchObject({
    problems: [{ where: '--out', message: expect.stringMatching(message) }],
  });
  expect(fake.requests).toEqual([]);
});

test('audio that could not be saved is downloaded by the printed command, which spends nothing', async () => {
  const ready = { ...session, status: 'ready' as const };
  const serve = { bytes: 'so' };
  const server = createServer((_, response) => response.end(serve.bytes));
  const { url, close } = await listenOnLoopback(server, 0);
  onTestFinished(close);
  const { home, fake } = await prepared({
    others: (route) => {
      if (route === 'POST /generations') return { status: 202, body: { session: ready, warnings: [] } };
      if (route !== `GET /generations/${session.sessionId}`) return undefined;
      const downloads = [{ clipId: 'clip-one-1', file: 'a.wav', url, expiresAt: '2026-01-01T01:00:00Z' }];
      return { status: 200, body: { ...ready, session: ready, downloads } };
    },
  });
  fake.add(ready);
  const out = join(home, 'my music');
  const args = ['--model', 'chirp-v55', '--prompt', 'rain', '--json', '--out', out];
  const failed = await run('generate', args, { home });
  expect(failed.code).toBe(1);
  expect(last(failed)).toMatchObject({ event: 'error', message: expect.stringContaining('2 of 5 bytes') });
  const command = `npx chirpsmith generate --session ${session.sessionId} --out '${out}'`;
  expect(last(failed)?.next).toMatchObject([{ command }]);

  serve.bytes = 'sound';
  const before = fake.requests.length;
  const again = await run('generate', ['--session', session.sessionId, '--out', out, '--json'], { home });
  expect(again.code).toBe(0);
  expect(await readdir(out)).toEqual(['Tin-Roof-night-clip-one-1.wav']);
  expect(fake.requests.slice(before).filter((request) => request.startsWith('POST'))).toEqual([]);
});

test('a model that is in no list is warned of once, before anything is asked for', async () => {
  const note = modelNote('chirp-hawk') ?? '';
  const ready = { ...session, status: 'ready' as const };
  const { home, fake } = await prepared({
    others: (route) =>
      route === 'POST /generations'
        ? { status: 202, body: { session: ready, warnings: [note, 'Another.'] } }
        : undefined,
  });
  fake.add(ready);
  const args = ['--model', 'chirp-hawk', '--prompt', 'rain', '--json', '--out', join(home, 'music')];
  const notes = events(await run('generate', args, { home })).filter(({ event }) => event === 'note');
  expect(notes.map(({ message }) => message)).toEqual([note, 'Another.']);
});

test('the list of models shows the base and the places used, where they are known', () => {
  const model = { modelId: 'chirp-custom:1', name: 'Night', sessionId: 's', files: ['a'], credits: 106 };
  const listed = {
    ...model,
    event: 'model.listed',
    createdAt: '2026-11-27T00:00:00Z',
    ageSeconds: 60,
  } as const;
  expect(linesOf(withTextsEscaped({ ...listed, base: 'v6' })).join('\n')).toContain('base   v6');
  expect(linesOf(withTextsEscaped(listed)).join('\n')).not.toContain('base');
  const end = { event: 'models.listed', count: 3, slots: { used: 3, limit: 10 }, next: [] } as const;
  expect(linesOf(withTextsEscaped(end))).toEqual(['Places used at the provider: 3 of 10.']);
});

test('the end lists the clips, the credits, and how to save the audio where that was not asked for', () => {
  const { event, code } = endOfSession(session, 12);
  expect(code).toBe(0);
  expect(linesOf(withTextsEscaped(event))).toEqual([
    'Music ready.',
    '  clip clip-one-1',
    '40 credits spent, 2 calls to the provider, 12.0 s.',
    'To save its audio:',
    `  npx chirpsmith generate --session ${session.sessionId} --out music`,
  ]);
});

test('music in doubt offers no check, because its task is not known, and the price of music', () => {
  const failure = { error: 'NeedsDecision', reason: 'The answer was lost.' } as const;
  const steps = nextSteps({ ...session, status: 'needs-decision', actions: ['decide'], failure });
  expect(steps.map(({ command }) => command?.split('--').at(-1))).toEqual(['create-again', 'abandon']);
  expect(steps[0]?.words).toContain('40 credits');
});
