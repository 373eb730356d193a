import { describe, expect, it } from 'vitest';
import { aboutCredits } from '../../cli/output/format.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { standing } from './fake-session.ts';
import { prepared } from './prepared-folder.ts';
import { run } from './run-command.ts';

const real = { sandbox: false, provider: 'https://api.example.test', relay: 'https://relay.example.test' };
const env = {
  PROVIDER_BASE_URL: real.provider,
  PROVIDER_API_KEY: 'k',
  RELAY_BASE_URL: real.relay,
  RELAY_API_KEY: 'k',
};
const more = 'and 1 more for each track that is sent again';

describe('a price that can rise', () => {
  const missing: Partial<SessionAnswer> = {
    status: 'failed',
    tracks: [{ trackId: '001', file: 'a.wav', status: 'declared', attempts: 1 }],
  };

  it('is called about so much, with what raises it, wherever a person agrees to it', async () => {
    const { home, sessionId } = await standing(missing, real);
    const asked = await run('resume', [sessionId], { home, env, answer: false });
    expect(asked.questions).toEqual([
      expect.stringContaining(`for about 101 credits, ${more}, at ${real.provider}?`),
    ]);
    const status = await run('status', [sessionId], { home, env });
    expect(status.stdout).toContain(`to come   about 101 credits, ${more}`);
    expect(status.stdout).toContain(`keeping what is done, for about 101 credits, ${more}:`);
    const resumed = await run('resume', [sessionId, '--yes'], { home, env });
    expect(resumed.stdout).toMatch(
      /about 10\d credits, and 1 more for each track that is sent again to come/,
    );
    // One run has a bound; what further ones cost is open.
    expect(asked.stdout).toContain('about 101 credits, at most 103 in this run');
    expect(status.stdout).not.toContain('at most');
  });

  it('is nothing where nothing is to be sent any more, as in a batch that was cancelled with all its clips', () => {
    expect(aboutCredits({ kind: 'batch', creditsToCome: 0 })).toBe('nothing');
  });

  it('is announced before a training', async () => {
    const { home, tracks } = await prepared();
    const { stdout } = await run('train', [tracks, '--name', 'x', '--dry-run'], { home });
    expect(stdout).toContain('= about 106 credits; ~1 credit more for each track that is sent again');
  });
});

describe('music', () => {
  const music = {
    dialect: 'relay' as const,
    model: 'chirp-v4',
    prompt: 'rain',
    tags: '',
    instrumental: false,
    clips: [],
  };

  it('is asked for again, and not a create, at the one that is paid for it', async () => {
    const failure = { error: 'NeedsDecision', reason: 'The response was lost.' } as const;
    const { home, sessionId } = await standing(
      { kind: 'music', music, tracks: [], status: 'needs-decision', failure },
      real,
    );
    const { stdout, questions } = await run('decide', [sessionId, '--create-again'], {
      home,
      env,
      answer: false,
    });
    expect(questions).toEqual([`Ask for the music again, for perhaps another 40 credits at ${real.relay}?`]);
    expect(stdout).toContain('The music was asked for already');
    expect(stdout).toContain('by a decision to ask for the music again');
    expect(stdout).not.toMatch(/create was|call create|training/i);
  });
});
