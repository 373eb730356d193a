import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TrackAnswer } from '../../functions/api/contract/track.ts';
import { missingWay } from '../../local/audio-way/audio-way.ts';
import { startLinksServer } from '../../local/audio-way/links-server.ts';
import { commandsOf, last, standing } from './fake-session.ts';
import { prepared } from './prepared-folder.ts';
import { events, run, temporaryFolder } from './run-command.ts';

const failed = { status: 'failed' } as const;
const provider = 'https://api.example.test';
const env = { PROVIDER_BASE_URL: provider, PROVIDER_API_KEY: 'k' };
const links = 'http://127.0.0.1:9/a-secret';
const tunnel = { kind: 'tunnel', name: 'https://music.example.test', keep: false, links } as const;
const bucket = { kind: 'bucket', name: 's3://my-audio/x', keep: false, links } as const;

describe('the flags about the way of the audio', () => {
  it.each([
    ['--public-url', ['--public-url', 'music.example.test'], 'It is not a URL'],
    ['--audio-bucket', ['--audio-bucket', 'my-audio'], 'as in s3://my-bucket'],
    [
      '--public-url',
      ['--public-url', 'https://a.test', '--audio-bucket', 's3://abc'],
      'leave out one of them',
    ],
    ['--keep-audio', ['--keep-audio'], 'name the bucket as well'],
    ['--keep-audio', ['--keep-audio', '--public-url', 'https://a.test'], 'name the bucket as well'],
  ])('are refused by %s before anything is looked at: %j', async (where, flags, words) => {
    const home = await temporaryFolder();
    const ended = await run('train', [...flags, '--json'], { home });
    expect(ended.code).toBe(2);
    const message = expect.stringContaining(words);
    expect(last(ended)).toMatchObject({ event: 'input.rejected', problems: [{ where, message }] });
  });

  it.each(['CHIRPSMITH_PUBLIC_URL', 'CHIRPSMITH_AUDIO_BUCKET', 'CHIRPSMITH_KEEP_AUDIO'])(
    'have the variable %s, which is named where it cannot be used',
    async (where) => {
      const { home, sessionId, posts } = await standing(failed);
      const ended = await run('resume', [sessionId, '--json'], { home, env: { [where]: '?' } });
      expect(ended.code).toBe(2);
      expect(last(ended)).toMatchObject({ problems: [{ where }] });
      expect(posts()).toEqual([]);
    },
  );
});

describe('a stack that runs with another way for the audio', () => {
  it.each([
    ['none', undefined, ['--public-url', 'https://music.example.test']],
    ['another tunnel', tunnel, ['--public-url', 'https://other.example.test']],
    ['a tunnel', tunnel, ['--audio-bucket', 's3://my-audio/x']],
    ['another bucket', bucket, ['--audio-bucket', 's3://my-audio/y']],
    ['a bucket that is not kept', bucket, ['--audio-bucket', 's3://my-audio/x', '--keep-audio']],
    ['no way at all', { ...tunnel, kind: 'missing', name: 'none' }, ['--audio-bucket', 's3://my-audio/x']],
  ] as const)('is not used to spend: %s', async (_, audio, flags) => {
    const { home, sessionId, posts } = await standing(failed, {
      sandbox: false,
      provider,
      ...(audio ? { audio } : {}),
    });
    const ended = await run('resume', [sessionId, ...flags, '--yes', '--json'], { home, env });
    expect(ended.code).toBe(2);
    const message = expect.stringContaining('but the running stack uses');
    expect(last(ended)).toMatchObject({ problems: [{ where: flags[0], message }] });
    expect(commandsOf(ended)).toEqual([
      `CHIRPSMITH_HOME=${home} PROVIDER_BASE_URL=${provider} npx chirpsmith stop`,
    ]);
    expect(posts()).toEqual([]);
  });
});

describe('a provider elsewhere, and no way for the audio', () => {
  const refused = {
    event: 'input.rejected',
    message: expect.stringMatching(
      /^Nothing was spent\. api\.example\.test cannot fetch .* docs\/real-model\.md/,
    ),
    problems: [{ where: '--public-url' }, { where: '--audio-bucket' }],
  };

  it.each([
    ['train', ['--name', 'x', '--yes', '--rights-confirmed']],
    ['train', ['--name', 'x', '--dry-run']],
    ['upload', ['--yes', '--rights-confirmed']],
    ['upload', ['--dry-run']],
  ])('ends %s %j before a stack is started', async (command, flags) => {
    const { home, tracks, fake } = await prepared();
    const nowhere = join(home, 'none');
    const ended = await run(command, [tracks, ...flags, '--json'], { home: nowhere, env });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject(refused);
    expect(existsSync(nowhere)).toBe(false);
    expect(fake.requests).toEqual([]);
  });

  it('ends resume before anything is changed, and smoke before it names a price', async () => {
    const server = await startLinksServer({
      way: undefined,
      problem: missingWay(provider),
      list: async () => [],
      open: () => Promise.reject(new Error('not to be read')),
      log: () => {},
    });
    onTestFinished(() => server.close());
    const missing = { kind: 'missing', name: 'none', keep: false, links: server.url } as const;
    const tracks: TrackAnswer[] = [{ trackId: '001', file: 'a.wav', status: 'declared', attempts: 0 }];
    const session = { ...failed, tracks };
    const { home, sessionId, posts } = await standing(session, { sandbox: false, provider, audio: missing });
    const ended = await run('resume', [sessionId, '--yes', '--rights-confirmed', '--json'], { home, env });
    // The checklist asks for no price either before it knows that its samples can be fetched.
    const checklist = await run('smoke', ['--yes', '--json'], { home, env });
    expect(checklist.code).toBe(2);
    expect(last(checklist)).toMatchObject({
      problems: [{ where: '--public-url' }, { where: '--audio-bucket' }],
    });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject(refused);
    expect(posts()).toEqual([]);
  });

  it('is said by resume before a stack is started', async () => {
    // A file in its place, so that no stack can start.
    const home = join(await temporaryFolder(), 'home');
    await writeFile(home, '');
    const ended = await run('resume', ['abcd1234', '--json'], { home, env });
    const [first, second] = events(ended);
    expect(first).toMatchObject({
      event: 'note',
      message: expect.stringMatching(/cannot fetch .* goes on only if no file has to be sent\.$/),
    });
    expect(second).toMatchObject({ event: 'stack.starting' });
  });
});
