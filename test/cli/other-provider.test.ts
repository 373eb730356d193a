import { describe, expect, it } from 'vitest';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { commandsOf, last, standing } from './fake-session.ts';
import { modelId, toReady } from './fake-sessions.ts';
import { prepared } from './prepared-folder.ts';
import { events, run } from './run-command.ts';

const there = {
  host: 'api.example.test',
  dialect: 'mountsea',
  stage: 'local',
  url: 'https://api.example.test/v1',
} as const;
const lost: Partial<SessionAnswer> = {
  status: 'needs-decision',
  failure: { error: 'NeedsDecision', reason: 'The response was lost.' },
  provider: there,
};
const failed: Partial<SessionAnswer> = { status: 'failed', provider: there };
const real = { sandbox: false, provider: 'https://api.example.test' };
const env = { PROVIDER_BASE_URL: real.provider, PROVIDER_API_KEY: 'k' };

describe('a session of another provider than the one that the command uses', () => {
  it.each([
    ['resume', [], failed],
    ['train', [], failed],
    ['decide', ['--create-again', '--yes'], lost],
    ['decide', ['--check-again'], lost],
  ] as const)('is not asked about by %s %s, which names the variable', async (command, flags, stands) => {
    const { home, sessionId, posts } = await standing(stands);
    const id = command === 'train' ? ['--session', sessionId] : [sessionId];
    const ended = await run(command, [...id, ...flags, '--json'], { home });
    expect(ended.code).toBe(2);
    const message = expect.stringContaining('belongs to the provider at api.example.test');
    expect(last(ended)).toMatchObject({ problems: [{ where: 'PROVIDER_BASE_URL', message }] });
    const [stop, ...others] = commandsOf(ended);
    expect(stop).toBe('npx chirpsmith stop');
    expect(others).not.toEqual([]);
    for (const other of others) expect(other).toContain(` PROVIDER_BASE_URL=${there.url} npx chirpsmith `);
    expect(posts()).toEqual([]);
  });

  it('goes on when that is set, as it says', async () => {
    const { home, sessionId } = await standing(failed, real);
    expect((await run('resume', [sessionId, '--yes'], { home, env })).code).toBe(0);
  });

  it('is of the sandbox, and is not asked about at a real one', async () => {
    const { home, sessionId, posts } = await standing(
      { status: 'failed', provider: { ...there, host: 'sandbox' } },
      real,
    );
    const ended = await run('resume', [sessionId, '--yes', '--json'], { home, env });
    expect(last(ended)).toMatchObject({
      problems: [
        { where: 'PROVIDER_BASE_URL', message: expect.stringContaining('run it without PROVIDER_BASE_URL') },
      ],
    });
    expect(posts()).toEqual([]);
  });

  describe('that these files have already', () => {
    const failure = { error: 'ProviderRefused', reason: 'Its own words.' } as const;

    /** A session of a run that failed at a mistyped provider. */
    async function mistyped(changes: Partial<SessionAnswer>) {
      const { home, tracks, fake } = await prepared({
        ...real,
        steps: [{ status: 'failed', failure }],
        again: toReady,
      });
      const args = [tracks, '--name', 'x'];
      expect((await run('train', [...args, '--yes'], { home, env })).code).toBe(1);
      const known = fake.session(fake.starts[0] ?? '');
      Object.assign(known, {
        creditsToCome: 106,
        provider: { ...there, host: 'typo.example.test', url: 'https://typo.example.test' },
        ...changes,
      });
      return { home, args, fake };
    }

    it('goes on here when nothing of it is there: one question, about what is still to be paid', async () => {
      const { home, args, fake } = await mistyped({ movable: true });
      const ended = await run('train', args, { home, env, answer: true });
      expect(ended.code, ended.stdout).toBe(0);
      expect(ended.questions).toEqual([
        expect.stringMatching(
          /^Go on with "x", for about 106 credits, .* at https:\/\/api\.example\.test\?$/,
        ),
      ]);
      expect(fake.starts).toHaveLength(1);
    });

    it.each(['train', 'upload'])(
      'is refused by %s before a price is named when it has cost something there, and both ways out are named',
      async (command) => {
        const { home, args } = await mistyped({});
        const ended = await run(command, [...args, '--json', '--yes'], { home, env });
        expect(ended.code).toBe(2);
        expect(events(ended).map(({ event }) => event)).not.toContain('spending');
        expect(last(ended)).toMatchObject({
          problems: [{ where: 'PROVIDER_BASE_URL', message: expect.stringContaining('typo.example.test') }],
        });
        const commands = commandsOf(ended);
        const again = commands.at(-1);
        const goOn = /PROVIDER_BASE_URL=https:\/\/typo.example.test npx chirpsmith resume .* --watch$/;
        expect(commands).toEqual([
          expect.stringMatching(/npx chirpsmith stop$/),
          expect.stringMatching(goOn),
          ...commands.slice(2, -1),
          again,
        ]);
        expect(again).toMatch(new RegExp(` npx chirpsmith ${command} .* --name x --again$`));
        const words = args.concat('--again', '--yes');
        expect((await run(command, words, { home, env })).code).not.toBe(2);
      },
    );
  });

  describe('that is ready', () => {
    /** A model at one provider; the files, and a shell that names another provider, or none. */
    async function made(shell: { sandbox: boolean; provider?: string }) {
      const models: object[] = [];
      const { home, tracks, fake } = await prepared({
        ...shell,
        others: (route) => (route === 'GET /models' ? { status: 200, body: { models } } : undefined),
      });
      const args = [tracks, '--name', 'x', '--json'];
      const own = shell.sandbox ? {} : env;
      expect((await run('train', [...args, '--yes'], { home, env: own })).code).toBe(0);
      const provider = { ...there, host: 'first.example.test', url: 'http://first.example.test:81/a' };
      const { sessionId, createdAt } = Object.assign(fake.session(fake.starts[0] ?? ''), { provider });
      models.push({ modelId, name: 'x', sessionId, files: [], credits: 106, createdAt, provider });
      return { home, args, own, fake };
    }

    it.each([
      ['another provider', real],
      ['none', { sandbox: true }],
    ])('is shown by train in a shell that names %s, with where its model is', async (_, shell) => {
      const { home, args, own } = await made(shell);
      const shown = await run('train', args, { home, env: own });
      expect(shown.code, shown.stdout).toBe(0);
      const message = expect.stringContaining('The model belongs to the provider at first.example.test');
      expect(events(shown)).toContainEqual(expect.objectContaining({ event: 'note', message }));
      const place = `CHIRPSMITH_HOME=${home} PROVIDER_BASE_URL=http://first.example.test:81/a npx chirpsmith`;
      const all = events({ stdout: shown.printed });
      expect(all.at(-1)).toMatchObject({
        next: [
          { command: expect.stringContaining(`${place} generate --model`), needs: ['PROVIDER_API_KEY'] },
        ],
      });
      const [existing] = all.filter(({ event }) => event === 'session.existing');
      const again = shell.sandbox ? place : `PROVIDER_BASE_URL=${real.provider} npx chirpsmith`;
      expect(existing).toMatchObject({
        next: [{ command: expect.stringContaining(`${again} train `), needs: ['PROVIDER_API_KEY'] }],
      });
    });

    it.each([
      ['its id', modelId],
      ['its name', 'x'],
    ])('has a model that generate takes by %s only there, and says so before a price', async (_, named) => {
      const { home, fake } = await made(real);
      const asked = ['--model', named, '--prompt', "night's rain", '--instrumental', '--json'];
      const before = fake.requests.length;
      const ended = await run('generate', [...asked, '--yes'], { home, env });
      expect(ended.code).toBe(2);
      expect(events(ended).map(({ event }) => event)).not.toContain('music.cost');
      const where = 'PROVIDER_BASE_URL';
      const message = expect.stringContaining('The model belongs to the provider at first.example.test');
      expect(last(ended)).toMatchObject({ problems: [{ where, message }] });
      expect(commandsOf(ended)[1]).toContain(
        `PROVIDER_BASE_URL=http://first.example.test:81/a npx chirpsmith generate --model ${named} --prompt `,
      );
      expect(fake.requests.slice(before).filter((one) => !one.startsWith('GET'))).toEqual([]);
    });
  });

  it('is shown, cancelled and given up all the same, and the status says whose it is', async () => {
    const { home, sessionId } = await standing(lost);
    const shown = await run('status', [sessionId], { home });
    expect(shown.stdout).toContain('set PROVIDER_BASE_URL to its URL, with PROVIDER_API_KEY');
    const ended = await run('decide', [sessionId, '--abandon', '--json'], { home });
    expect(ended.code).toBe(0);
  });
});
