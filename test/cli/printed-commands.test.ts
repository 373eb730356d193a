import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nextSteps } from '../../cli/next-steps.ts';
import { leadingTo, targetOf } from '../../cli/stage-target.ts';
import { standing } from './fake-session.ts';
import { commandNames, run, temporaryFolder } from './run-command.ts';

const real = {
  sandbox: false,
  provider: 'https://api.example.test',
  relay: 'https://relay.example.test/a b',
};
const named = { PROVIDER_BASE_URL: real.provider, RELAY_BASE_URL: real.relay };
const keys = { PROVIDER_API_KEY: 'key-that-must-not-be-shown', RELAY_API_KEY: 'key-that-must-not-be-shown' };

const isCommand = (name: string) => commandNames.includes(name);

/** A printed command as a shell with nothing but a PATH takes it: npx gets its words, and these variables. */
async function inAnotherShell(command: string) {
  const bin = join(await temporaryFolder(), 'bin');
  await mkdir(bin);
  const npx = `#!${process.execPath}
const { PATH, PWD, SHLVL, OLDPWD, _, ...env } = process.env;
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), env }));`;
  await writeFile(join(bin, 'npx'), npx);
  await chmod(join(bin, 'npx'), 0o755);
  const said = execFileSync('bash', ['--norc', '--noprofile', '-c', command], {
    env: { PATH: `${bin}:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  const { args, env } = z
    .object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) })
    .parse(JSON.parse(said));
  const [program, script = '', ...rest] = args;
  expect(program).toBe('chirpsmith');
  if (!isCommand(script)) throw new Error(`${script} is no command`);
  const { CHIRPSMITH_HOME: home = '', ...others } = env;
  return { script, args: rest, home, env: others };
}

const nextOf = (printed: string) =>
  z
    .object({ next: z.array(z.object({ command: z.string() })) })
    .parse(JSON.parse(printed.trimEnd().split('\n').at(-1) ?? ''))
    .next.map(({ command }) => command);

describe('a printed command', () => {
  it('leads to the same home, providers and session from a shell that has nothing but the keys', async () => {
    const { home, sessionId, fake } = await standing({ status: 'failed' }, real);
    const told = await run('status', [sessionId, '--json'], { home, env: { ...named, ...keys } });
    expect(told.printed).not.toContain('must-not-be-shown');
    const [resume = ''] = nextOf(told.printed);
    const { script, args, ...where } = await inAnotherShell(resume);
    expect(where).toEqual({ home, env: named });
    const without = await run(script, [...args, '--yes', '--json'], where);
    expect(without.stdout).toContain('PROVIDER_API_KEY');
    expect(without.code).toBe(2);
    const ended = await run(script, [...args, '--yes', '--json'], {
      home: where.home,
      env: { ...where.env, ...keys },
    });
    expect(ended.code).toBe(0);
    expect(fake.requests).toContain(`POST /sessions/${sessionId}/resume`);
  });

  it.each([
    ['none', {}, 'mountsea', { PROVIDER_BASE_URL: 'http://there.test/v1' }, ['PROVIDER_API_KEY']],
    [
      'another one',
      { PROVIDER_BASE_URL: 'https://x.test', PROVIDER_CREDITS_URL: 'https://x.test/credits' },
      'mountsea',
      { PROVIDER_BASE_URL: 'http://there.test/v1' },
      ['PROVIDER_API_KEY'],
    ],
    [
      'none, of a relay',
      {},
      'relay',
      { RELAY_BASE_URL: 'http://there.test/v1' },
      ['PROVIDER_BASE_URL', 'PROVIDER_API_KEY', 'RELAY_API_KEY'],
    ],
    ['one, of the sandbox', { PROVIDER_BASE_URL: 'https://x.test' }, 'sandbox', {}, []],
  ] as const)(
    'names the provider that a session is recorded at, where the shell names %s',
    async (_, env, dialect, wanted, needs) => {
      const provider =
        dialect === 'sandbox'
          ? ({ host: 'sandbox', dialect: 'mountsea', stage: 'local' } as const)
          : ({ host: 'there.test', dialect, stage: 'local', url: 'http://there.test/v1' } as const);
      const { sessionId, fake } = await standing({ status: 'failed', provider });
      const next = nextSteps(fake.session(sessionId));
      const { target } = targetOf(() => undefined, {});
      const event = leadingTo(target, env, { event: 'note', message: '', next });
      const steps = 'next' in event ? (event.next ?? []) : [];
      expect(steps).not.toEqual([]);
      for (const step of steps) {
        expect((await inAnotherShell(step.command ?? '')).env).toEqual(wanted);
        expect(step.needs ?? []).toEqual(needs);
        expect(step).not.toHaveProperty('about');
      }
    },
  );

  it('is shown with the names of the variables that hold secrets, and with none of their values', async () => {
    const secret = 'key-that-must-not-be-shown';
    const ofBucket = {
      ...{ CHIRPSMITH_AUDIO_BUCKET: 's3://mine/x', AWS_REGION: 'auto' },
      ...{ AWS_ENDPOINT_URL_S3: `https://me:${secret}@s3.test` },
      ...{ AWS_ACCESS_KEY_ID: secret, AWS_SECRET_ACCESS_KEY: secret },
    };
    const { home, sessionId } = await standing({ status: 'failed' }, real);
    const told = await run('status', [sessionId], { home, env: { ...named, ...keys, ...ofBucket } });
    expect(told.printed).not.toContain('must-not-be-shown');
    expect(told.printed).toContain('AWS_REGION=auto');
    expect(told.printed).toContain(
      'In another shell, set there first: PROVIDER_API_KEY, RELAY_API_KEY, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3.',
    );
    const { stdout } = await run('status', [sessionId], { home });
    expect(stdout).not.toContain('In another shell');
  });

  it('ends the right stack, where that is what it is for', async () => {
    const { home, sessionId } = await standing({ status: 'failed' }, real);
    const told = await run('resume', [sessionId, '--json', '--user', 'anna'], { home });
    expect(told.code).toBe(2);
    expect(nextOf(told.printed)).toEqual([`CHIRPSMITH_HOME=${home} npx chirpsmith stop`]);
  });

  it.each([
    ['what would act', "it's \u202Enot\u001B[2J \\ plain"],
    ['quotes, variables and commands', 'Her "low" voice $HOME `id`'],
  ])('holds %s that a shell takes as it is, and a terminal shows without harm', async (_, value) => {
    const { target } = targetOf((flag) => (flag === 'user' ? value : undefined), {});
    const event = leadingTo(
      target,
      {},
      { event: 'note', message: '', next: [{ words: '', command: 'npx chirpsmith status ID' }] },
    );
    const [{ command = '' } = {}] = 'next' in event ? (event.next ?? []) : [];
    expect(command).toMatch(/^[\x20-\x7E]+$/);
    expect((await inAnotherShell(command)).args).toEqual(['--user', value, 'ID']);
  });

  it('names the stage and who signs in, also where variables had named them', () => {
    const env = {
      CHIRPSMITH_STAGE: 'prod',
      CHIRPSMITH_USER: 'anna@example.com',
      PROVIDER_BASE_URL: 'https://x.test',
    };
    const { target } = targetOf(() => undefined, env);
    const told = leadingTo(target, env, {
      event: 'sessions.listed',
      count: 0,
      next: [{ words: 'The list:', command: 'npx chirpsmith sessions' }],
    });
    expect(told).toMatchObject({
      next: [{ command: 'npx chirpsmith sessions --stage prod --user anna@example.com' }],
    });
  });

  const bucket = {
    CHIRPSMITH_AUDIO_BUCKET: 's3://mine/x',
    AWS_ENDPOINT_URL_S3: 'https://s3.test',
    AWS_PROFILE: 'me',
  };
  it.each([
    ['that of its flags and variables', bucket, undefined, bucket],
    [
      'that of the stack of its home, with where its bucket is, not where this shell would look',
      { AWS_PROFILE: 'another' },
      {
        kind: 'bucket',
        name: 's3://mine/x',
        keep: true,
        settings: { variables: { AWS_ENDPOINT_URL_S3: 'https://s3.test', AWS_REGION: 'auto' }, secrets: [] },
      },
      {
        ...{ CHIRPSMITH_AUDIO_BUCKET: 's3://mine/x', CHIRPSMITH_KEEP_AUDIO: 'yes' },
        ...{ AWS_ENDPOINT_URL_S3: 'https://s3.test', AWS_REGION: 'auto' },
      },
    ],
    [
      'a tunnel of that stack',
      { AWS_PROFILE: 'me' },
      { kind: 'tunnel', name: 'https://music.test', keep: false },
      { CHIRPSMITH_PUBLIC_URL: 'https://music.test' },
    ],
  ] as const)('holds the way of the audio: %s', async (_, env, way, wanted) => {
    const audio = way && { ...way, links: 'http://127.0.0.1:1/secret' };
    const { home, sessionId } = await standing({ status: 'failed' }, { ...real, ...(audio && { audio }) });
    const told = await run('status', [sessionId, '--json'], { home, env: { ...named, ...keys, ...env } });
    const [resume = ''] = nextOf(told.printed);
    const { script, env: carried } = await inAnotherShell(resume);
    expect([script, carried]).toEqual(['resume', { ...named, ...wanted }]);
    const step = { words: '', command: 'npx chirpsmith status ID --watch' };
    const { target } = targetOf(() => undefined, {});
    const event = leadingTo(
      target,
      { CHIRPSMITH_HOME: home, ...env },
      { event: 'note', message: '', next: [step] },
    );
    const [{ command = '' } = {}] = 'next' in event ? (event.next ?? []) : [];
    expect((await inAnotherShell(command)).env).toEqual(wanted);
  });
});
