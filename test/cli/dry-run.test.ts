import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { requireRoom } from '../../cli/doctor/room.ts';
import type { DoctorWorld } from '../../cli/doctor/world.ts';
import { dryRun, type Planned } from '../../cli/dry-run.ts';
import type { CliEvent } from '../../cli/events.ts';
import { targetOf } from '../../cli/stage-target.ts';
import { rightsSentence } from '../../functions/shared/rights-sentence.ts';
import type { ReadyInfo } from '../../local/index.ts';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { accepting, failing, provider, world } from './doctor/world.ts';
import { last } from './fake-session.ts';
import { prepared } from './prepared-folder.ts';
import { run } from './run-command.ts';

const file = { name: 'a.wav', path: '/a.wav', size: 5_000_000, sha256: 'a'.repeat(64) };
const planned: Planned = {
  name: 'Night',
  makesModel: true,
  files: Array.from({ length: 8 }, () => file),
  uploads: 8,
  credits: 108,
  yes: false,
  rightsConfirmed: false,
  paid: { provider: provider.PROVIDER_BASE_URL, sandbox: false },
  next: [{ words: 'To train on them:', command: 'npx chirpsmith train' }],
};
const way = {
  CHIRPSMITH_PUBLIC_URL: 'https://music.example.test',
  PROVIDER_CREDITS_URL: 'https://api.example.com/credits',
};
const ask = async () => false;

/** What a dry run at a paid provider tells, line by line and at its end. */
async function tried(
  changes: Partial<Planned> = {},
  { stage, asks = true, ...machine }: Partial<DoctorWorld> & { stage?: string; asks?: boolean } = {},
) {
  const told: CliEvent[] = [];
  const place = world({ ...machine, env: { ...provider, ...way, ...machine.env } });
  const code = await dryRun(
    { ...planned, ...changes },
    {
      display: { emit: (event) => void told.push(event), progress: vi.fn(), close: vi.fn() },
      env: place.env,
      signal: new AbortController().signal,
      target: targetOf((flag) => (flag === 'stage' ? stage : undefined), place.env).target,
      ask: asks ? ask : undefined,
    },
    place,
  );
  const checks = told.flatMap((event) => (event.event === 'dry-run.checked' ? [event] : []));
  return {
    code,
    end: told.at(-1),
    names: checks.map(({ check }) => check),
    of: (name: string) => checks.find(({ check }) => check === name),
  };
}

const said = (words: string) => ({ result: 'failed', seen: expect.stringContaining(words) });
const warned = (words: string) => ({ result: 'warning', seen: expect.stringContaining(words) });
const right = (words: string) => ({ result: 'ok', seen: expect.stringContaining(words) });

/** What is planned, on which machine, and the line of the dry run that says so. */
type Case = [
  what: string,
  changes: Partial<Planned>,
  machine: Parameters<typeof tried>[1],
  check: string,
  found: object,
];

describe('a dry run at a paid provider', () => {
  it('tries key, balance and the way of the audio, and says what only the run can show', async () => {
    const { code, end, of, names } = await tried();
    expect(code).toBe(0);
    expect(names).toEqual([
      'Files',
      'Name',
      'Home',
      'Disk',
      'Stack',
      'Provider',
      'Key',
      'Balance',
      'Audio',
      'Consent',
      'Rights',
    ]);
    expect(of('Files')).toMatchObject(right('8 files; 6 to 100 are taken.'));
    expect(of('Name')).toMatchObject(right('5 characters; 1 to 16 will do.'));
    expect(of('Disk')).toMatchObject(right('the copies of the files take 40.0 MB'));
    expect(of('Key')).toMatchObject(right('accepts it'));
    expect(of('Balance')).toMatchObject(right('1234 credits, and this takes about 108.'));
    expect(of('Audio')).toMatchObject(right('A probe came back from https://music.example.test'));
    expect(of('Rights')).toMatchObject(right(`you will be asked to confirm: "${rightsSentence}"`));
    expect(end).toMatchObject({
      event: 'dry-run.passed',
      warning: [],
      notTried: [
        'the start of the local stack',
        'whether the provider takes the files and the name, which costs credits',
      ],
      next: planned.next,
    });
  });

  it.each<Case>([
    [
      'a key that is refused',
      {},
      { fetch: async () => new Response('{"message":"no"}', { status: 401 }) },
      'Key',
      said('refuses it'),
    ],
    [
      'a balance below the price',
      { credits: 2000 },
      {},
      'Balance',
      said('1234 credits, and this takes about 2000.'),
    ],
    [
      'a way that does not work',
      {},
      { tryWay: async () => ({ problem: { summary: 'It does not come back.', problems: [] } }) },
      'Audio',
      said('It does not come back.'),
    ],
    [
      'a port of the tunnel that another program has',
      {},
      { tryWay: () => Promise.reject(Object.assign(new Error(), { code: 'EADDRINUSE' })) },
      'Audio',
      {
        ...said('Port 4705, to which the tunnel is to lead, is taken by another program.'),
        next: [{ words: expect.any(String), command: expect.stringContaining('start --port 4800') }],
      },
    ],
    [
      'a stack that does not answer any more',
      {},
      {
        stackOf: () => ({ pid: 5 }),
        readyInfo: () =>
          ({
            pid: 5,
            api: 'http://127.0.0.1:2',
            sandbox: false,
            provider: provider.PROVIDER_BASE_URL,
          }) as ReadyInfo,
        fetch: (input, init) =>
          String(input).startsWith('http://127.0.0.1:2')
            ? failing('ECONNREFUSED')(input, init)
            : accepting(input, init),
      },
      'Stack',
      { ...said('does not answer'), next: [{ command: expect.stringContaining('chirpsmith stop') }] },
    ],
    [
      'a disk that is full',
      {},
      { homeFacts: async () => ({ exists: true, free: 1e6, foreign: [] }) },
      'Disk',
      said('1.0 MB are free'),
    ],
    [
      'more files than the configuration takes',
      {},
      { env: { CHIRPSMITH_SETTINGS: '{"limits":{"maxTracks":7}}' } },
      'Files',
      said('6 to 7 are taken'),
    ],
    [
      'a name that is too long for it',
      { name: 'x'.repeat(20) },
      { env: { CHIRPSMITH_SETTINGS: '{"limits":{"maxNameLength":18}}' } },
      'Name',
      said('use at most 18'),
    ],
    [
      'a script without --yes',
      { rightsConfirmed: true },
      { asks: false },
      'Consent',
      { ...said('the run would be refused'), next: [{ words: expect.stringContaining('--yes') }] },
    ],
    [
      'a script without --rights-confirmed',
      { yes: true },
      { asks: false },
      'Rights',
      {
        ...said('the run would be refused'),
        next: [{ words: expect.stringContaining('--rights-confirmed') }],
      },
    ],
    [
      'a configuration that cannot be used',
      {},
      { env: { CHIRPSMITH_SETTINGS: '{"limits":1}' } },
      'Settings',
      said('settings.limits'),
    ],
  ])(
    'fails for %s, with the code of bad input and no command to run',
    async (_, changes, machine, check, found) => {
      const { code, end, of } = await tried(changes, machine);
      expect(of(check)).toMatchObject(found);
      expect(end).toMatchObject({ event: 'dry-run.failed', failed: [check] });
      expect(end).not.toHaveProperty('next');
      expect(code).toBe(2);
    },
  );

  it.each<Case>([
    [
      'a name that may be refused at create',
      { name: 'A name of seventeen' },
      {},
      'Name',
      warned('reported to take 1 to 16'),
    ],
    [
      'a balance that nothing tells',
      {},
      {
        fetch: (input, init) =>
          String(input).endsWith('/credits')
            ? Promise.resolve(new Response('{}', { status: 500 }))
            : accepting(input, init),
      },
      'Balance',
      warned('names no number of credits'),
    ],
  ])('passes with a warning for %s', async (_, changes, machine, check, found) => {
    const { code, end, of } = await tried(changes, machine);
    expect(of(check)).toMatchObject(found);
    expect(end).toMatchObject({ event: 'dry-run.passed', warning: expect.arrayContaining([check]) });
    expect(code).toBe(0);
  });

  it.each<[what: string, changes: Partial<Planned>, env: NodeJS.ProcessEnv, seen: string]>([
    ['by its flag', { rightsConfirmed: true }, {}, 'Confirmed beforehand, by --rights-confirmed.'],
    [
      'by the configuration',
      {},
      { CHIRPSMITH_RIGHTS_QUESTION: 'false' },
      'CHIRPSMITH_RIGHTS_QUESTION turns the question off.',
    ],
  ])('has the answer about the rights %s', async (_, changes, env, seen) => {
    expect((await tried({ ...changes, yes: true }, { env, asks: false })).of('Rights')).toMatchObject({
      result: 'ok',
      seen,
    });
  });

  it('does not sign in at a stage, and says so', async () => {
    const env = { CHIRPSMITH_API_URL: 'https://stage.example.test' };
    const { names, end } = await tried({}, { stage: 'prod', env });
    expect(names).toEqual(['Files', 'Name', 'Stage', 'Consent', 'Rights']);
    expect(end).toMatchObject({
      notTried: [expect.stringContaining('signing in at stage prod, and its key'), expect.any(String)],
    });
  });
});

it.each<[when: string, facts: { exists: boolean; free?: number }, mayBeThere: boolean, refused: boolean]>([
  ['the copies do not fit', { exists: true, free: 39e6 }, false, true],
  ['they do not fit, and the home is not there yet', { exists: false, free: 39e6 }, true, true],
  ['they may be there already, of the session that goes on', { exists: true, free: 39e6 }, true, false],
  ['they fit', { exists: true, free: 41e6 }, false, false],
  ['the system does not say how much room there is', { exists: false }, true, false],
])('the disk before a run when %s', async (_, { exists, free }, mayBeThere, refused) => {
  const env = { CHIRPSMITH_HOME: '/home/anna/.chirpsmith' };
  const { target } = targetOf(() => undefined, env);
  const look = async () => ({ exists, free, foreign: [] });
  const required = requireRoom(planned.files, { env, target }, { mayBeThere }, look);
  if (!refused) return expect(await required).toBeUndefined();
  const seen = '39.0 MB are free where the home is, and the copies of the files take 40.0 MB.';
  const message = `${seen} Make room, or point CHIRPSMITH_HOME at another disk.`;
  await expect(required).rejects.toMatchObject({ problems: [{ where: 'CHIRPSMITH_HOME', message }] });
});

describe('a dry run of a command', () => {
  const serve = async (status: number) => {
    const requests: string[] = [];
    const server = createServer(({ method, url }, response) => {
      requests.push(`${method} ${url?.replace(/taskId=.*/, '')}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"no"}');
    });
    const { url, close } = await listenOnLoopback(server, 0);
    onTestFinished(close);
    return { requests, env: { PROVIDER_BASE_URL: url, PROVIDER_API_KEY: 'key' } };
  };

  it.each(['train', 'upload'])(
    '%s fails where the provider refuses the key, and buys nothing',
    async (command) => {
      const { requests, env } = await serve(401);
      const { home, tracks } = await prepared();
      const nowhere = join(home, 'none');
      const agreed = ['--yes', '--rights-confirmed'];
      const ended = await run(command, [tracks, '--name', 'x', '--dry-run', '--json', ...agreed], {
        home: nowhere,
        env,
      });
      expect(ended.code).toBe(2);
      expect(last(ended)).toMatchObject({ event: 'dry-run.failed', failed: ['Key'] });
      expect(new Set(requests)).toEqual(new Set(['GET /suno/v2/status?']));
    },
  );

  it('tells a person what was tried and what was not', async () => {
    const { home, tracks } = await prepared();
    const ended = await run('train', [tracks, '--name', 'x', '--dry-run'], { home });
    expect(ended.stdout).toContain('✓ Files');
    expect(ended.stdout).toContain(
      'Dry run of "x": nothing is wrong with what was tried. Nothing was started or spent.',
    );
    expect(ended.stdout).toContain('Not tried: the start of the local stack.');
  });
});
