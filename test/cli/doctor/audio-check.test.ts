import { expect, it } from 'vitest';
import { examined, provider } from './world.ts';

it.each<[when: string, env: NodeJS.ProcessEnv, result: string, seen: string, next?: string]>([
  ['nobody elsewhere fetches', {}, 'ok', 'The sandbox fetches it here.'],
  [
    'the provider is on this machine',
    { ...provider, PROVIDER_BASE_URL: 'http://localhost:9' },
    'ok',
    'The provider is on this machine and fetches it here.',
  ],
  [
    'there is no way',
    provider,
    'failed',
    'api.example.com cannot fetch audio from this machine',
    '--audio-bucket:',
  ],
  [
    'two ways are named',
    { CHIRPSMITH_PUBLIC_URL: 'https://a.example', CHIRPSMITH_AUDIO_BUCKET: 's3://mine' },
    'failed',
    'CHIRPSMITH_PUBLIC_URL: CHIRPSMITH_AUDIO_BUCKET is set as well',
  ],
])('the line about the audio when %s', async (_, env, result, seen, next = '') => {
  const { of, code } = await examined({ env });
  const found = of('Audio');
  expect(found).toMatchObject({ result, seen: expect.stringContaining(seen) });
  expect(found?.next.map(({ words }) => words).join()).toContain(next);
  expect(code).toBe(result === 'failed' ? 1 : 0);
});
