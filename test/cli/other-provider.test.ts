import { describe, expect, it } from 'vitest';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { commandsOf, last, standing } from './fake-session.ts';
import { toReady } from './fake-sessions.ts';
import { prepared } from './prepared-folder.ts';
import { events, run } from './run-command.ts';

const there = { host: 'api.example.test', dialect: 'mountsea', stage: 'local' } as const;
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
    expect(commandsOf(ended)).toEqual(['npx chirpsmith stop']);
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
        provider: { ...there, host: 'typo.example.test' },
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
        const [stop, again, ...others] = commandsOf(ended);
        expect([stop, others]).toEqual([expect.stringMatching(/npx chirpsmith stop$/), []]);
        expect(again).toMatch(new RegExp(` npx chirpsmith ${command} .* --name x --again$`));
        const words = args.concat('--again', '--yes');
        expect((await run(command, words, { home, env })).code).not.toBe(2);
      },
    );
  });

  it('is shown, cancelled and given up all the same, and the status says whose it is', async () => {
    const { home, sessionId } = await standing(lost);
    const shown = await run('status', [sessionId], { home });
    expect(shown.stdout).toContain('set PROVIDER_BASE_URL to its URL, with PROVIDER_API_KEY');
    const ended = await run('decide', [sessionId, '--abandon', '--json'], { home });
    expect(ended.code).toBe(0);
  });
});
