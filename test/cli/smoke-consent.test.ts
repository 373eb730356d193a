import { describe, expect, it, vi } from 'vitest';
import type { CliEvent } from '../../cli/events.ts';
import { mayBuy } from '../../cli/smoke/smoke-stage.ts';
import { targetOf } from '../../cli/stage-target.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';

const { prices, limits, rightsQuestion } = defaultSettings;
const account = {
  provider: 'api.example.test',
  credits: 512,
  ...{ prices, limits, rightsQuestion },
};

/** Whether the checklist may buy its models at a stage, and the events before its decision. */
async function asked({
  yes = false,
  answer,
  sandbox = false,
}: {
  yes?: boolean;
  answer?: boolean;
  sandbox?: boolean;
}) {
  const told: CliEvent[] = [];
  const questions: string[] = [];
  const may = await mayBuy(
    { yes },
    8,
    {
      stack: { provider: 'https://api.example.test', sandbox, bucket: 'audio-of-prod' },
      client: { getAccount: async () => account },
    },
    {
      display: { emit: (event) => void told.push(event), progress: vi.fn(), close: vi.fn() },
      env: {},
      fetch: () => Promise.reject(new Error('A stage has its own provider.')),
      signal: new AbortController().signal,
      target: targetOf((flag) => (flag === 'stage' ? 'prod' : undefined), {}).target,
      ask:
        answer === undefined
          ? undefined
          : async (question) => {
              questions.push(question);
              return answer;
            },
    },
  );
  return { may, told, questions };
}

describe('before the checklist of a stage buys models', () => {
  const spending = {
    event: 'spending',
    what: 'make 3 models of 8 samples each, for the rows that need one',
    provider: 'api.example.test',
    credits: 324,
    atMost: 372,
    account: 'the account of the key that stage prod keeps',
    balance: 512,
    audio: 'by signed links to the bucket audio-of-prod of stage prod',
  };

  it.each([true, false])(
    'it says what, whom, how much and from which account, and asks: %s',
    async (answer) => {
      const { may, told, questions } = await asked({ answer });
      expect(may).toBe(answer);
      expect(told).toEqual([spending]);
      expect(questions).toEqual(['Buy 3 models for about 324 credits at https://api.example.test?']);
    },
  );

  it('it says the same with --yes, and asks nothing', async () => {
    expect(await asked({ yes: true })).toEqual({ may: true, told: [spending], questions: [] });
  });

  it('it buys nothing where nobody can be asked, and asks nothing in the sandbox', async () => {
    expect(await asked({})).toEqual({ may: false, told: [], questions: [] });
    expect(await asked({ sandbox: true })).toEqual({ may: true, told: [], questions: [] });
  });
});
