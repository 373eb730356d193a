import { describe, expect, it } from 'vitest';
import { accepting, examined, noon, provider } from './world.ts';

describe('the line about the clock', () => {
  const dated =
    (seconds: number): typeof fetch =>
    async (input, init) => {
      const { status, body } = await accepting(input, init);
      return new Response(body, { status, headers: { date: new Date(noon + seconds * 1000).toUTCString() } });
    };
  it.each<[when: string, aheadOfUs: number, result: string, seen: string]>([
    ['the times agree', 0, 'ok', 'It agrees with api.example.com.'],
    ['they differ by a few seconds', -20, 'ok', 'It agrees with api.example.com.'],
    ['it is behind', 90, 'warning', 'It is 90 s behind api.example.com.'],
    ['it is ahead', -600, 'warning', 'It is 10 minutes ahead of api.example.com.'],
    [
      'signatures would be refused',
      3600,
      'failed',
      'It is 60 minutes behind api.example.com. Signed links and requests are refused.',
    ],
  ])('when %s', async (_, seconds, result, seen) => {
    const { of } = await examined({ env: provider, fetch: dated(seconds) });
    expect(of('Clock')).toMatchObject({ result, seen });
  });

  it('does not take for another machine what answers behind a tunnel to this one', async () => {
    const env = { ...provider, CHIRPSMITH_PUBLIC_URL: 'https://music.example.test' };
    const fetch: typeof globalThis.fetch = (input, init) =>
      dated(String(input).startsWith(env.CHIRPSMITH_PUBLIC_URL) ? 0 : 3600)(input, init);
    const { of } = await examined({
      env,
      fetch,
      tryWay: async ({ fetch: asked = fetch }) => {
        await asked(`${env.CHIRPSMITH_PUBLIC_URL}/probe`);
        return {};
      },
    });
    expect(of('Clock')).toMatchObject({
      result: 'failed',
      seen: expect.stringContaining('60 minutes behind api.example.com'),
    });
  });

  it.each([
    ['nobody else is asked', {}],
    ['only this machine is', { ...provider, PROVIDER_BASE_URL: 'http://localhost:9' }],
  ])('when %s', async (_, env) => {
    const { of } = await examined({ env, fetch: dated(3600) });
    expect(of('Clock')).toMatchObject({ result: 'ok', seen: 'Not compared: no other machine was asked.' });
  });
});
