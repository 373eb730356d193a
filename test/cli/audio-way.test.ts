import { describe, expect, it, onTestFinished } from 'vitest';
import { publishAudio, requireAudioWay } from '../../cli/audio-way.ts';
import type { ConnectedStack } from '../../cli/connect.ts';
import type { CliEvent } from '../../cli/events.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import type { AudioWay, CopyProgress } from '../../local/audio-way/audio-way.ts';
import { startLinksServer } from '../../local/audio-way/links-server.ts';
import { last, standing } from './fake-session.ts';
import { hastyClock } from './jumping-clock.ts';
import { run } from './run-command.ts';

/** What a command says when the bucket does not take its credentials. */
async function refused(startedHere: boolean): Promise<UsageError> {
  const problem = {
    summary: 'The audio cannot go through s3://mine.',
    problems: [{ where: 'AWS_REGION', message: 'Set AWS_REGION=eu-west-3.' }],
  };
  const server = await startLinksServer({
    way: undefined,
    problem,
    list: async () => [],
    open: () => Promise.reject(new Error('not to be read')),
    log: () => {},
  });
  const stack: ConnectedStack['stack'] = {
    provider: 'https://api.provider.example',
    sandbox: false,
    audio: { kind: 'bucket', name: 's3://mine', keep: false, links: server.url },
  };
  const error = await requireAudioWay({ stack, startedHere, isStackRunning: () => true }).catch(
    (caught: unknown) => caught,
  );
  await server.close();
  if (!(error instanceof UsageError)) throw error;
  return error;
}

it('a command that started the stack says what to change', async () => {
  const { message, problems, next } = await refused(true);
  expect(message).toBe('Nothing was spent. The audio cannot go through s3://mine.');
  expect(problems).toEqual([{ where: 'AWS_REGION', message: 'Set AWS_REGION=eu-west-3.' }]);
  expect(next).toBeUndefined();
});

it('a stack that ran before has the variables of its start, and is ended first', async () => {
  const { next } = await refused(false);
  expect(next).toEqual([
    {
      words: 'The running stack has the AWS variables of its start. To end it; sessions and files are kept:',
      command: 'npx chirpsmith stop',
    },
  ]);
});

describe('copying to a bucket', () => {
  const tracks = [{ trackId: '001', file: 'a.wav' }] as const;
  const object = { key: 'audio/s1/001.a.wav', size: 100 };

  const wayThat = (publish: AudioWay['publish']): AudioWay => ({
    kind: 'bucket',
    name: 's3://mine',
    advice: () => '',
    check: async () => undefined,
    publish,
    link: async () => ({ sent: 0, size: 1 }),
    remove: async () => {},
    close: async () => {},
  });

  /** A stack that copies until it is killed, with what the command shows. */
  async function copying(progress: CopyProgress) {
    const way = wayThat((_sessionId, _objects, tell, signal) => {
      tell(object.key, progress);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const server = await startLinksServer({
      ...{ way, problem: { summary: '', problems: [] }, list: async () => [object], log: () => {} },
      open: () => Promise.reject(new Error('not to be read')),
    });
    onTestFinished(() => server.close());
    const emitted: (CliEvent | string)[] = [];
    const { promise: shown, resolve } = Promise.withResolvers<void>();
    const display = {
      emit: (event: CliEvent) => void emitted.push(event),
      progress({ sent, size }: { sent: number; size: number }) {
        emitted.push(`${sent} of ${size}`);
        resolve();
      },
      close() {},
    };
    const audio = { kind: 'bucket', name: 's3://mine', keep: false, links: server.url } as const;
    const stack = { provider: 'https://api.provider.example', sandbox: false, audio };
    const { signal } = new AbortController();
    const ended = publishAudio(
      's1',
      tracks,
      { stack, client: { getSession: () => expect.unreachable() }, isStackRunning: () => false },
      { display, signal, clock: hastyClock() },
    ).catch((error: unknown) => error);
    await shown;
    return { server, emitted, ended };
  }

  it('says at once what failed, and that it tries again; only more bytes take its place', async () => {
    const reason = 'mine.example refuses connections.';
    let looks = 0;
    const progress = {
      retry: { attempt: 2, reason },
      get sent() {
        looks++;
        return 0;
      },
    };
    const { emitted, server, ended } = await copying(progress);
    const about = { trackId: '001', file: 'a.wav', attempt: 2, reason };
    const retried = { event: 'file.upload-retried', ...about };
    await expect.poll(() => looks).toBeGreaterThan(2);
    expect(emitted).toEqual(['0 of 100', retried]);
    await server.close();
    await ended;
  });

  it('of a session that another command cancels ends as any other cancelled session', async () => {
    const server = await startLinksServer({
      way: wayThat(async (sessionId) => {
        expect((await run('cancel', [sessionId], { home, env: {} })).code).toBe(0);
        throw new ChirpsmithError('Cancelled', 'The session is done.');
      }),
      ...{ problem: { summary: '', problems: [] }, list: async () => [object], log: () => {} },
      open: () => Promise.reject(new Error('not to be read')),
    });
    onTestFinished(() => server.close());
    const { home, sessionId, posts } = await standing(
      { status: 'open', tracks: [{ ...tracks[0], status: 'declared', attempts: 0, format: 'wav' }] },
      { audio: { kind: 'bucket', name: 's3://mine', keep: false, links: server.url } },
    );
    const flags = ['--watch', '--yes', '--rights-confirmed', '--json'];
    const ended = await run('resume', [sessionId, ...flags], { home, env: {} });
    expect([ended.code, last(ended)?.event]).toEqual([1, 'session.cancelled']);
    expect(ended.stderr).toBe('');
    expect(posts()).toEqual([`POST /sessions/${sessionId}/cancel`]);
  });

  it('of a stack that is killed ends with the command that goes on', async () => {
    const { server, ended } = await copying({ sent: 50 });
    await server.close();
    expect(await ended).toMatchObject({
      name: 'ApiUnreachable',
      message: 'Nothing was spent. The local stack has ended.',
      next: [
        {
          words: 'The files are kept. To go on from here:',
          command: 'npx chirpsmith resume s1 --watch',
        },
      ],
    });
  });
});
