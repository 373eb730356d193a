import { describe, expect, it } from 'vitest';
import { reportsError } from '../../../functions/provider/envelope.ts';
import { type MusicProvider, ProviderError } from '../../../functions/provider/provider.ts';
import { createRelay } from '../../../functions/provider/relay.ts';
import { calls, client, failure, json } from './mountsea-client.ts';

/** All that a caller looks for, inside an envelope that says that it went wrong. */
const everything = {
  code: 500,
  message: 'The pool is empty.',
  data: { taskId: 's', task_id: 't', sessionId: 's', id: 'p', status: 'SUCCESS', data: [] },
};

describe('an answer 200 that reports an error', () => {
  it.each(Object.entries(calls))('is an error of %s, with the words of the provider', async (call, make) => {
    const { provider } = client(() => json(everything));
    const error = await failure(make(provider));
    expect(error).toMatchObject({
      name: 'ProviderAnswerLost',
      taken: 'unknown',
      reason: 'The pool is empty.',
    });
    expect(error.message).toBe(`${call}: the provider answered 200 with an error in it: The pool is empty.`);
  });

  it.each<[string, (provider: MusicProvider) => Promise<unknown>]>([
    ['music', (it) => it.generate({ model: 'm', prompt: 'rain', tags: '' })],
    ['a persona', (it) => it.persona({ clipId: 'c', name: 'n' })],
    ['a check', (it) => it.status('t', 'music')],
  ])('is an error of the relay as well: %s', async (_, make) => {
    const provider = createRelay({
      baseUrl: 'https://relay.example',
      key: async () => 'the-key',
      fetch: async () => json({ ...everything, id: 'x', clips: [], data: { ...everything.data } }),
    });
    const error = await make(provider).catch((failed: unknown) => failed);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ taken: 'unknown', reason: 'The pool is empty.' });
  });

  it.each([
    { code: 500, data: {} },
    { code: '500' },
    { code: 'fail_to_fetch_task' },
    { code: -1 },
    { code: 20 },
    { code: 2000 },
    { code: 1200 },
    { code: 10 },
    { code: 'not ok' },
    { code: 'ok?' },
    { code: '2xx' },
    // One field of no known kind hides no other.
    { code: true, success: false },
    { success: 'no', error: 'No.' },
    { error: 1, code: 500 },
    { success: null, error: {} },
    { success: false },
    { error: 'No.' },
    { error: { message: 'No.' } },
  ])('is recognised: %j', (answer) => {
    expect(reportsError(answer)).toBe(true);
  });

  it.each([
    {},
    { code: 0 },
    { code: 200, data: {} },
    { code: '201' },
    { code: 'success' },
    { code: 'Success' },
    { code: 'succeeded' },
    { code: 'OK' },
    { code: 299 },
    { code: {}, success: 'false', error: 5 },
    { success: null },
    { error: ' ' },
    { code: null },
    { success: true },
    { error: null },
    { error: '' },
    { taskId: 't', status: 'failed', failReason: 'no', failCode: 4001 },
    [],
    'text',
    null,
  ])('is not seen in %j', (answer) => {
    expect(reportsError(answer)).toBe(false);
  });
});
