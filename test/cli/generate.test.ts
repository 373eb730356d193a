import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseGenerateArguments } from '../../cli/arguments/generate-arguments.ts';
import { linesOf } from '../../cli/display/plain-lines.ts';
import type { CliEvent } from '../../cli/events.ts';
import { InputRejected } from '../../cli/input-rejected.ts';
import { nextSteps } from '../../cli/next-steps.ts';
import { saveClips } from '../../cli/save-clips.ts';
import { endOfSession } from '../../cli/session-end.ts';
import type { SessionAnswer } from '../../functions/api/contract.ts';
import { withTextsEscaped } from '../../functions/shared/shown.ts';
import { listenOnLoopback } from '../../local/loopback.ts';

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
    clips: [
      { clipId: 'clip-one-1', key: 'music/x/clip-one-1.wav', size: 5, durationSeconds: 8, format: 'WAV' },
    ],
  },
};

const problemsOf = (argv: string[]) => {
  try {
    parseGenerateArguments(argv, {});
  } catch (error) {
    if (error instanceof InputRejected) return error.problems.map(({ where }) => where);
    throw error;
  }
  return [];
};

test('everything that is wrong with the arguments is told at once', () => {
  expect(problemsOf([])).toEqual(['--model', '--prompt']);
  expect(problemsOf(['--model', 'm', '--prompt', 'p', 'more', 'words'])).toEqual(['more words']);
  expect(problemsOf(['--session', '3f2a', '--prompt', 'p'])).toEqual(['--prompt']);
  expect(problemsOf(['--model', 'm', '--prompt', 'p', '--title', 'x'.repeat(101)])).toEqual(['--title']);
  expect(problemsOf(['--session', '3f2a'])).toEqual([]);
  expect(problemsOf(['--session', '3f2a', '--persona', 'Hers', '--through', 'relay'])).toEqual([
    '--persona',
    '--through',
  ]);
  expect(problemsOf(['--persona', '', '--through', 'suno'])).toEqual(['--persona', '--prompt', '--through']);
});

test('with a persona, or through the relay, no model need be named', () => {
  expect(problemsOf(['--persona', 'Hers', '--prompt', 'p'])).toEqual([]);
  expect(problemsOf(['--through', 'relay', '--prompt', 'p'])).toEqual([]);
  // MountSea has no usual one.
  expect(problemsOf(['--through', 'mountsea', '--prompt', 'p'])).toEqual(['--model']);
});

async function saving(bytes: string) {
  const folder = await mkdtemp(join(tmpdir(), 'chirpsmith-music-'));
  const server = createServer((_, response) => response.end(bytes));
  const { url, close } = await listenOnLoopback(server, 0);
  onTestFinished(async () => {
    await close();
    await rm(folder, { recursive: true });
  });
  const told: CliEvent[] = [];
  const downloads = [
    { clipId: 'clip-one-1', file: 'clip-one-1.wav', url: `${url}/a?X-Amz-Signature=secret` },
  ];
  const client = {
    getGeneration: async () => ({
      session,
      downloads: downloads.map((one) => ({ ...one, expiresAt: '2026-01-01T01:00:00Z' })),
    }),
  };
  const tell = (event: CliEvent) => void told.push(event);
  const saved = saveClips(session, { client, folder, tell, signal: new AbortController().signal });
  return { saved, told };
}

test('audio is saved under a name that every system takes', async () => {
  const { saved, told } = await saving('sound');
  const [clip] = await saved;
  expect(basename(clip?.file ?? '')).toBe('Tin-Roof-night-clip-one.wav');
  expect(await readFile(clip?.file ?? '', 'utf8')).toBe('sound');
  expect(told).toMatchObject([{ event: 'clip.saved', clipId: 'clip-one-1', size: 5, format: 'WAV' }]);
  expect(JSON.stringify(told)).not.toContain('X-Amz');
});

test('a file that comes short is no file', async () => {
  await expect((await saving('so')).saved).rejects.toThrow('2 of 5 bytes');
});

test('the end tells the clips, the credits, and how to save the audio where that was not asked for', () => {
  const { event, code } = endOfSession(session, 12);
  expect(code).toBe(0);
  expect(linesOf(withTextsEscaped(event))).toEqual([
    'Music ready.',
    '  clip clip-one-1',
    '40 credits spent, 2 calls to the provider, 12.0 s.',
    'To save its audio:',
    `  npm run generate -- --session ${session.sessionId} --out music`,
  ]);
});

test('music in doubt offers no check, because its task is not known, and the price of music', () => {
  const failure = { error: 'NeedsDecision', reason: 'The answer was lost.' } as const;
  const steps = nextSteps({ ...session, status: 'needs-decision', actions: ['decide'], failure });
  expect(steps.map(({ command }) => command?.split('--').at(-1))).toEqual(['create-again', 'abandon']);
  expect(steps[0]?.words).toContain('40 credits');
});
