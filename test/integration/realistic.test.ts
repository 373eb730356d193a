import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createdGenerationAnswer, generationAnswer } from '../../functions/api/contract/music.ts';
import { openStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

// A stack of its own: the sandbox's habits are chosen when it starts.
let it_: TestStack;
beforeAll(async () => {
  it_ = await openStack({ habits: 'realistic' });
});
afterAll(() => it_.close());

describe('with the habits that providers are reported to have', () => {
  it('tracks become a model', async () => {
    const { sums, entries } = sinceNow(it_);
    const session = await it_.run(await it_.upload(songs(8), { name: 'Night Drive' }));
    expect(session).toMatchObject({
      status: 'ready',
      modelId: expect.stringMatching(/^chirp-custom:/),
      creditsSpent: 108,
    });
    expect(sums().credits).toBe(108);
    const { url = '', key = '' } = it_.stack.sandbox ?? {};
    const headers = { authorization: `Bearer ${key}` };
    const taskId = entries().find(({ call }) => call === 'create')?.sessionId;
    const status = await fetch(`${url}/suno/v2/status?taskId=${taskId}`, { headers });
    expect(await status.json()).toMatchObject({ code: 200, data: { status: 'SUCCESS', result: {} } });
  });

  it('a clip of music is copied, though its audio comes late', async () => {
    const { sums } = sinceNow(it_);
    const wish = { model: 'Night Drive', prompt: 'rain at night' };
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
