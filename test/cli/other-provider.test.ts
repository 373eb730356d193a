import { describe, expect, it } from 'vitest';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { commandsOf, last, standing } from './fake-session.ts';
import { run } from './run-command.ts';

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

  it('is shown, cancelled and given up all the same, and the status says whose it is', async () => {
    const { home, sessionId } = await standing(lost);
    const shown = await run('status', [sessionId], { home });
    expect(shown.stdout).toContain('set PROVIDER_BASE_URL to its URL, with PROVIDER_API_KEY');
    const ended = await run('decide', [sessionId, '--abandon', '--json'], { home });
    expect(ended.code).toBe(0);
  });
});
