import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { commandsOf, last, standing } from './fake-session.ts';
import { events, run } from './run-command.ts';

const kept = 'c1a6f0d2-5b7e-4d0a-9a35-0c5f2e8d7b41';
const missing = '9e44b0aa-0d1c-4c58-8a1f-2f6f0c9b3d10';
const reason = `The music is made and paid, but the provider keeps the audio of 1 of 2 clips locked (${missing}). An account is reported to have a number of unlocks a month. Unlock them at the provider, then resume: that copies them for nothing.`;

/** Music of two clips: the audio of one is here, that of the other is locked as is said. */
const withLock = (locked: 'yes' | 'perhaps') => ({
  kind: 'music' as const,
  name: 'Rain',
  tracks: [],
  status: 'failed' as const,
  failure: { error: locked === 'yes' ? ('AudioLocked' as const) : ('DeadlineExceeded' as const), reason },
  music: {
    dialect: 'mountsea' as const,
    model: 'chirp-v55',
    prompt: 'rain',
    tags: '',
    instrumental: false,
    clips: [
      { clipId: kept, hasAudio: true, size: 5, format: 'WAV', durationSeconds: 8 },
      { clipId: missing, hasAudio: false, locked, trouble: 'The provider keeps its audio locked.' },
    ],
  },
});

describe('status', () => {
  test.each([
    ['yes', 'locked at the provider'],
    ['perhaps', 'perhaps locked (403)'],
  ] as const)('of music with a clip that is locked, "%s", says so of that clip', async (locked, words) => {
    const { home, sessionId } = await standing(withLock(locked));
    const { stdout } = await run('status', [sessionId], { home });
    expect(stdout).toContain(`  clip      ${kept}  kept\n`);
    expect(stdout).toContain(`  clip      ${missing}  ${words}\n`);
  });

  test('offers a resume, which costs nothing, once it is unlocked', async () => {
    const { home, sessionId } = await standing(withLock('yes'));
    const shown = await run('status', [sessionId, '--json'], { home });
    expect(last(shown)).toMatchObject({
      creditsToCome: 0,
      music: { clips: [{ clipId: kept }, { clipId: missing, hasAudio: false, locked: 'yes' }] },
      next: [
        {
          words: 'Once it is unlocked at the provider, to copy it for nothing:',
          command: `npx chirpsmith resume ${sessionId} --watch`,
        },
      ],
    });
  });
});

/** Asks for music that ends as it stands there, with the audio of one clip to be saved. */
async function generated(music: Parameters<typeof standing>[0]) {
  const server = createServer((_, response) => response.end('sound'));
  const { url, close } = await listenOnLoopback(server, 0);
  onTestFinished(close);
  const { home, fake, sessionId } = await standing(music, {
    others: (route) => {
      const session = { ...fake.session(sessionId), ...music };
      if (route === `GET /sessions/${sessionId}`) return { status: 200, body: session };
      if (route === 'POST /generations') return { status: 202, body: { session, warnings: [] } };
      if (route !== `GET /generations/${sessionId}`) return undefined;
      const downloads = [{ clipId: kept, file: 'a.wav', url, expiresAt: '2026-01-01T01:00:00Z' }];
      return { status: 200, body: { session, downloads } };
    },
  });
  const out = join(home, 'music');
  const args = ['--model', 'chirp-v55', '--prompt', 'rain', '--out', out];
  const generate = (...more: string[]) => run('generate', [...args, ...more], { home });
  return { generate, command: `npx chirpsmith generate --session ${sessionId} --out ${out}` };
}

test('generate saves what is there, says what is locked, and ends with a code of its own', async () => {
  const { generate, command } = await generated(withLock('yes'));
  const json = await generate('--json');
  expect(json.code).toBe(5);
  expect(events(json).filter(({ event }) => event === 'clip.saved')).toMatchObject([{ clipId: kept }]);
  expect(last(json)).toMatchObject({ event: 'session.failed', error: 'AudioLocked', reason });
  expect(commandsOf(json)).toEqual([command]);

  const { stdout } = await generate();
  expect(stdout).toContain('Once it is unlocked at the provider, to copy it for nothing:');
  expect(stdout).toMatch(/^Failed \(AudioLocked\): The music is made and paid/m);
});

test('generate offers the command that goes on and saves, where going on costs nothing', async () => {
  const failure = { error: 'AccessDenied', reason: 'PutObject was refused.' } as const;
  const { generate, command } = await generated({
    ...withLock('yes'),
    failure,
    actions: ['resume'],
    creditsToCome: 0,
  });
  const json = await generate('--json');
  expect(last(json)).toMatchObject({
    error: 'AccessDenied',
    next: [{ words: 'To go on with it, for nothing:', command }],
  });
});
