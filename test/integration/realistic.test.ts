import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createdGenerationAnswer, generationAnswer } from '../../functions/api/contract/music.ts';
import { realistic } from '../../packages/provider-sandbox/realistic.ts';
import { sandboxSettingsSchema } from '../../packages/provider-sandbox/settings.ts';
import {
  openStack,
  quick,
  sharedStack,
  sinceNow,
  songs,
  type TestStack,
} from '../../test-support/local-stack.ts';

// The models and the clips of other tests are more than the habits allow an account, or a month.
const { accounts: _, modelsPerAccount: __, ...others } = realistic;
const habits = { ...others, clips: { ...others.clips, unlocksPerMonth: 100_000 } };

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
  it_.stack.sandbox?.change(habits);
});
afterAll(() => {
  const {
    credits: _balance,
    accounts: _accounts,
    ...usual
  } = sandboxSettingsSchema.parse({ durations: quick });
  it_.stack.sandbox?.change({ ...usual, models: { ...usual.models, base: undefined } });
});

/** The first run on a stack loads every function. */
describe('with the habits that providers are reported to have', { timeout: 120_000 }, () => {
  const name = `Tin ${Date.now() % 1e6}`;

  it('tracks become a model', async () => {
    const { sums, entries } = sinceNow(it_);
    const session = await it_.run(await it_.upload(songs(6), { name }));
    expect(session).toMatchObject({
      status: 'ready',
      modelId: expect.stringMatching(/^chirp-custom:/),
      creditsSpent: 106,
    });
    expect(sums().credits).toBe(106);
    const { url = '', key = '' } = it_.stack.sandbox ?? {};
    const headers = { authorization: `Bearer ${key}` };
    const taskId = entries().find(({ call }) => call === 'create')?.sessionId;
    const status = await fetch(`${url}/suno/v2/status?taskId=${taskId}`, { headers });
    expect(await status.json()).toMatchObject({ code: 200, data: { status: 'SUCCESS', result: {} } });
  });

  it('a clip of music is copied, though its audio comes late', async () => {
    const { sums } = sinceNow(it_);
    const wish = { model: name, prompt: 'rain at night' };
    const asked = createdGenerationAnswer.parse((await it_.call('POST', '/generations', wish)).body);
    await it_.ended(asked.session.executionArn ?? '');
    const { body } = await it_.call('GET', `/generations/${asked.session.sessionId}`);
    const { session, downloads } = generationAnswer.parse(body);
    expect(session).toMatchObject({ status: 'ready', creditsSpent: 40 });
    expect(downloads).toHaveLength(2);
    for (const { url } of downloads) expect((await fetch(url)).status).toBe(200);
    expect(sums()).toMatchObject({ credits: 40, calls: { generate: 1 } });
  });
});

it('a stack that is started with them has a sandbox with all of them', async () => {
  const { stack, close } = await openStack({ habits: 'realistic' });
  onTestFinished(() => close());
  expect(stack.ready.habits).toBe('realistic');
  const answer = await fetch(`${stack.sandbox?.url}/_sandbox/settings`);
  expect(await answer.json()).toMatchObject(realistic);
});
