import { access, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { failing } from './doctor/world.ts';
import { last } from './fake-session.ts';
import { toReady } from './fake-sessions.ts';
import { prepared } from './prepared-folder.ts';
import { events, run } from './run-command.ts';
import { wav } from './wav.ts';

describe('train that stops early', () => {
  it('stops after the uploads with --review, and says how to approve', async () => {
    const { home, tracks, fake } = await prepared({ steps: toReady });
    const ended = await run('train', [tracks, '--name', 'x', '--json', '--review'], { home });
    expect(ended.code).toBe(0);
    const command = `npx chirpsmith approve ${fake.starts[0]}`;
    expect(last(ended)).toMatchObject({ event: 'session.review', clips: 6, creditsToCome: 100 });
    expect(last(ended)?.next).toContainEqual(expect.objectContaining({ command }));
    expect(events(ended).filter(({ event }) => event === 'track.done')).toHaveLength(6);
  });

  it('checks everything with --dry-run, starts nothing and leaves nothing behind', async () => {
    const { home, tracks } = await prepared();
    const none = join(home, 'none');
    for (const paths of [[tracks], []]) {
      const ended = await run('train', [...paths, '--name', 'x', '--json', '--dry-run'], { home: none });
      expect(ended.code).toBe(0);
      expect(events(ended)).toContainEqual(expect.objectContaining({ event: 'cost', sandbox: true }));
      const usable = paths.length > 0 ? 6 : 8;
      expect(last(ended)).toMatchObject({ event: 'dry-run.passed', usable, credits: 100 + usable });
    }
    await writeFile(join(tracks, 'short.wav'), wav(1, 300));
    const refused = await run('train', [tracks, '--name', 'x', '--json', '--dry-run'], { home: none });
    expect(refused.code).toBe(2);
    expect(last(refused)).toMatchObject({ problems: [{ where: 'short.wav' }] });
    await expect(access(none)).rejects.toThrow('ENOENT');
  });

  it('warns of a long name before anything is uploaded, and with --dry-run', async () => {
    const { home, tracks, fake } = await prepared({ steps: toReady });
    const words = /reported to take 1 to 16/;
    const isWarning = ({ event, message }: { event?: unknown; message?: unknown }) =>
      event === 'note' && words.test(String(message));
    const name = 'A name of seventeen';
    const dry = await run('train', [tracks, '--name', name, '--json', '--dry-run'], { home });
    const checked = { event: 'dry-run.checked', check: 'Name', result: 'warning' };
    expect(events(dry)).toContainEqual(
      expect.objectContaining({ ...checked, seen: expect.stringMatching(words) }),
    );
    const ended = await run('train', [tracks, '--name', name, '--json'], { home });
    const told = events(ended);
    expect(told.findIndex(isWarning)).toBeGreaterThan(0);
    expect(told.findIndex(isWarning)).toBeLessThan(
      told.findIndex(({ event }) => event === 'session.created'),
    );
    // As the warning says, a resume takes a shorter one; it is not warned of.
    const resumed = await run('resume', [fake.starts[0] ?? '', '--name', 'Short', '--json'], { home });
    expect(events(resumed).filter(isWarning)).toEqual([]);
  });

  it('creates a session of the sandbox while it asks for the models, and tells of those first', async () => {
    const created = Promise.withResolvers<void>();
    const warning = 'The account may hold no more models.';
    const { home, tracks } = await prepared({
      holds: (route) => (route === 'GET /models' ? created.promise : undefined),
      others(route) {
        if (route === 'POST /sessions') created.resolve();
        return route === 'GET /models' ? { status: 200, body: { models: [], warning } } : undefined;
      },
    });
    const told = events(await run('train', [tracks, '--name', 'x', '--again', '--json'], { home }));
    expect(told.findIndex(({ message }) => message === warning)).toBe(
      told.findIndex(({ event }) => event === 'session.created') - 1,
    );
    expect(told.at(-1)).toMatchObject({ event: 'session.ready' });
  });

  it('names the provider that would be paid, and sends nothing to a stack that runs', async () => {
    const { home, tracks, fake } = await prepared();
    const args = [tracks, '--name', 'x', '--json', '--dry-run'];
    // Nothing listens there any more.
    const server = await listenOnLoopback(createServer(), 0);
    const provider = server.url;
    await server.close();
    const paid = { PROVIDER_BASE_URL: provider, PROVIDER_API_KEY: 'key' };
    const elsewhere = await run('train', args, { home: join(home, 'none'), env: paid });
    expect(last(elsewhere)).toMatchObject({ event: 'dry-run.failed', provider, sandbox: false });

    const other = await run('train', args, { home, env: paid });
    expect(other.code).toBe(2);
    expect(last(other)).toMatchObject({ problems: [{ where: 'PROVIDER_BASE_URL' }] });
    expect((await run('train', args, { home })).code).toBe(0);
    // Only whether it answers was asked.
    expect(new Set(fake.requests)).toEqual(new Set(['GET /']));
  });
});

describe('whose credits are spent', () => {
  const real = { sandbox: false, provider: 'https://api.example.test' };

  const named = { PROVIDER_BASE_URL: real.provider, PROVIDER_API_KEY: 'key' };

  it('asks before a real provider is paid, and refuses without a terminal', async () => {
    const { home, tracks, fake } = await prepared(real);
    const ended = await run('train', [tracks, '--name', 'x', '--json'], { home, env: named });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({
      event: 'input.rejected',
      message: expect.stringContaining(real.provider),
      problems: [{ where: '--yes' }],
    });
    expect(fake.requests.filter((request) => request.startsWith('POST'))).toEqual([]);

    const agreed = await run('train', [tracks, '--name', 'x', '--json', '--yes'], { home, env: named });
    expect(agreed.code).toBe(0);
  });

  it.each<[what: string, answer: typeof fetch, where: string, seen: string]>([
    [
      'is no provider',
      async () => new Response('<html>Welcome</html>', { status: 404 }),
      'PROVIDER_BASE_URL',
      'api.example.test answers 404: "<html>Welcome</html>". It is probably not the provider\'s API.',
    ],
    [
      'knows no such path',
      async () => Response.json({ detail: 'Not Found' }, { status: 404 }),
      'PROVIDER_BASE_URL',
      "It is probably not the provider's API.",
    ],
    ['does not listen there', failing('ECONNREFUSED'), 'PROVIDER_BASE_URL', 'Nothing listens at'],
    [
      'refuses the key',
      async () => Response.json({ message: 'Invalid API key.' }, { status: 401 }),
      'PROVIDER_API_KEY',
      'refuses it (401: Invalid API key.).',
    ],
  ])(
    'before a person is asked, and before anything is made or sent, a host that %s is refused by its setting',
    async (_, answer, where, seen) => {
      const { home, tracks, fake } = await prepared(real);
      const { sessionId } = fake.add({ status: 'failed', creditsToCome: 108 });
      for (const [command, args] of [
        ['train', [tracks, '--name', 'x']],
        ['upload', [tracks, '--name', 'x']],
        ['resume', [sessionId]],
        ['generate', ['--model', 'chirp-v5', '--prompt', 'rain']],
      ] as const) {
        for (const yes of [['--json', '--yes'], []]) {
          const options = { home, env: named, answer: true, fetch: answer };
          const ended = await run(command, [...args, ...yes], options);
          expect(ended).toMatchObject({ code: 2, questions: [] });
          if (yes.length === 0) continue;
          expect(last(ended)).toMatchObject({
            message: expect.stringContaining(seen),
            problems: [{ where, message: expect.stringContaining(where) }],
          });
          expect(events(ended).map(({ event }) => event)).not.toContain('spending');
        }
      }
      expect(fake.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
    },
  );

  it('a provider that has trouble now is no reason to refuse', async () => {
    const { home, tracks } = await prepared(real);
    const fetch = async () => Response.json({}, { status: 503 });
    const ended = await run('train', [tracks, '--name', 'x', '--yes'], { home, env: named, fetch });
    expect(ended.code).toBe(0);
  });

  it.each([
    ['the sandbox, and this command names a real one', {}, 'http://127.0.0.1:1', 'the sandbox'],
    ['another real one', real, 'https://other.example.test', real.provider],
    ['a real one, and this command names none', real, undefined, real.provider],
  ])(
    'is for the provider that the command names: --yes and a person say nothing for a running stack whose provider is %s',
    async (_, provider, named, uses) => {
      const { home, tracks, fake } = await prepared(provider);
      const env = named === undefined ? {} : { PROVIDER_BASE_URL: named, PROVIDER_API_KEY: 'key' };
      const ended = await run('train', [tracks, '--name', 'x', '--json', '--yes'], { home, env });
      expect(ended.code).toBe(2);
      expect(last(ended)).toMatchObject({
        problems: [{ where: 'PROVIDER_BASE_URL', message: expect.stringContaining(uses) }],
      });
      const asked = await run('train', [tracks, '--name', 'x'], { home, env, answer: true });
      expect(asked).toMatchObject({ code: 2, questions: [] });
      expect(fake.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
    },
  );

  it('goes through when the provider of the running stack is named, as the refusal says', async () => {
    const { home, tracks } = await prepared(real);
    const args = [tracks, '--name', 'x', '--json', '--yes'];
    const refused = await run('train', args, { home });
    const [problem] = z
      .array(z.object({ where: z.string(), message: z.string() }))
      .parse(last(refused)?.problems);
    expect(problem?.message).toContain('PROVIDER_API_KEY');
    const value = /uses (\S+)\. /.exec(problem?.message ?? '')?.[1] ?? '';
    const env = { [problem?.where ?? '']: value, PROVIDER_API_KEY: 'key' };
    expect((await run('train', args, { home, env })).code).toBe(0);
  });

  it.each([
    ['its key', { PROVIDER_BASE_URL: 'https://a.test', PROVIDER_API_KEY: 'k' }, 'RELAY_API_KEY'],
    ['another provider beside it: the sandbox plays both', { RELAY_API_KEY: 'k' }, 'RELAY_BASE_URL'],
  ])('wants, with the address of a relay, %s', async (_, env, where) => {
    const { home, tracks } = await prepared();
    const ended = await run('train', [tracks, '--name', 'x', '--json'], {
      home,
      env: { RELAY_BASE_URL: 'https://relay.test', ...env },
    });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ problems: [{ where }] });
  });

  it('refuses a running stack that has another relay, or none', async () => {
    const { home, tracks } = await prepared({ ...real, relay: 'https://one.test' });
    const env = {
      PROVIDER_BASE_URL: real.provider,
      PROVIDER_API_KEY: 'k',
      RELAY_BASE_URL: 'https://other.test',
      RELAY_API_KEY: 'k',
    };
    const ended = await run('train', [tracks, '--name', 'x', '--json', '--yes'], { home, env });
    expect(last(ended)).toMatchObject({ problems: [{ where: 'RELAY_BASE_URL' }] });
  });

  it('wants the key with the address', async () => {
    const { home, tracks } = await prepared();
    const ended = await run('train', [tracks, '--name', 'x', '--json'], {
      home,
      env: { PROVIDER_BASE_URL: 'https://api.example.test' },
    });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ problems: [{ where: 'PROVIDER_API_KEY' }] });
  });

  it('says so when the stack runs at another speed', async () => {
    const { home, tracks } = await prepared({ speed: 5 });
    const ended = await run('train', [tracks, '--name', 'x', '--json', '--speed', '50'], { home });
    expect(events(ended)).toContainEqual({
      event: 'note',
      message: expect.stringContaining('5×'),
      next: [expect.objectContaining({ command: 'npx chirpsmith stop' })],
    });
  });
});
