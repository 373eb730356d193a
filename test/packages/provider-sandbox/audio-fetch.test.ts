import { describe, expect, it } from 'vitest';
import { fetchAudio, sourceNotFound } from '../../../packages/provider-sandbox/audio-fetch.ts';
import { sandboxSettingsSchema } from '../../../packages/provider-sandbox/settings.ts';
import { wavFile } from '../../../test-support/audio-files/wav.ts';

const url = 'https://music.example.test/a.wav?X-Amz-Signature=1';
const audio = () => new Response(new Uint8Array(wavFile({ seconds: 1, sampleRate: 8000 })));

/** What is found at the URL, and what was asked, by a sandbox of these habits. */
async function found(habits: object, answer: (method: string) => Response = audio) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    asked.push(`${init.method} ${String(input)}`);
    const response = answer(init.method ?? 'GET');
    if (init.redirect === 'manual' || response.headers.get('location') === null) return response;
    return audio();
  };
  const settings = sandboxSettingsSchema.parse({ audio: habits }).audio;
  const problem = await fetchAudio(url, settings, new AbortController().signal, fetch);
  return { problem, asked };
}

const redirect = () =>
  new Response(null, { status: 302, headers: { location: 'https://cdn.example.test/a.wav' } });

describe('how the sandbox fetches audio', () => {
  it('is kind by default: one GET, at any host, and a redirect is followed', async () => {
    expect(await found({})).toEqual({ problem: undefined, asked: [`GET ${url}`] });
    expect(await found({}, redirect)).toMatchObject({ problem: undefined });
  });

  it('through given hosts only: a URL of another one is not found, and not asked for', async () => {
    expect(await found({ hosts: ['music.example.test'] })).toMatchObject({ problem: undefined });
    expect(await found({ hosts: ['other.example.test'] })).toEqual({ problem: sourceNotFound, asked: [] });
  });

  it('without redirects: the audio is not found', async () => {
    const { problem } = await found({ redirects: 'refused' }, redirect);
    expect(problem).toEqual({ reason: 'Audio source not found.', code: 4001 });
  });

  it('with HEAD before GET: a HEAD that is refused fails the upload, and no GET comes', async () => {
    expect((await found({ judgedBy: 'head' })).asked).toEqual([`HEAD ${url}`, `GET ${url}`]);
    const refused = await found({ judgedBy: 'head' }, () => new Response(null, { status: 403 }));
    expect(refused).toEqual({
      problem: { reason: 'Audio is not reachable (HEAD 403)' },
      asked: [`HEAD ${url}`],
    });
  });
});
