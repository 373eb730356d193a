import { describe, expect, test } from 'vitest';
import { downloadAudio } from '../../../packages/audio-inspection/download.ts';
import { join } from '../../../test-support/audio-files/bytes.ts';
import { mp4File } from '../../../test-support/audio-files/mp4.ts';
import { opusFile, opusPages } from '../../../test-support/audio-files/ogg.ts';
import { wavPackFile } from '../../../test-support/audio-files/rarer.ts';
import { wavFile } from '../../../test-support/audio-files/wav.ts';
import { cut, zeroed } from './judged.ts';

const link = 'https://cdn.example/clip?signature=secret';
const song = wavFile({ seconds: 8 });
const limits = { maxBytes: 1024 * 1024, timeoutMs: 40_000 };

/** A web where each address gives one answer, and the addresses that were asked for. */
function web(answers: Record<string, () => Response>) {
  const asked: string[] = [];
  const fetch = async (input: string | URL | Request) => {
    asked.push(String(input));
    const answer = answers[String(input)];
    if (!answer) throw new TypeError('fetch failed');
    return answer();
  };
  return { asked, fetch };
}
const moved = (to: string) => () => new Response(null, { status: 302, headers: { location: to } });
const audio = () => new Response(song.slice());

describe('the audio of a clip', () => {
  test('is taken by https, where its link leads', async () => {
    const { fetch } = web({ [link]: moved('/other'), 'https://cdn.example/other': audio });
    expect(await downloadAudio(link, limits, { fetch })).toMatchObject({
      ...{ format: 'WAV', extension: 'wav', durationSeconds: 8 },
      bytes: expect.objectContaining({ length: song.length }),
    });
  });

  test.each([
    ['by http', 'http://cdn.example/clip', {}],
    ['where https leads to http', link, { [link]: moved('http://cdn.example/clip') }],
  ])('is not fetched %s, but from the origin that is trusted', async (_, url, answers) => {
    const { asked, fetch } = web({ ...answers, 'http://cdn.example/clip': audio });
    const refused = await downloadAudio(url, limits, { fetch });
    expect(refused).toEqual({ trouble: expect.stringContaining('not https') });
    expect(asked).not.toContain('http://cdn.example/clip');
    const trusting = { ...limits, trustedOrigin: 'http://cdn.example' };
    expect(await downloadAudio(url, trusting, { fetch })).toMatchObject({ format: 'WAV' });
  });

  test.each<[string, () => Response, string]>([
    ['403, though the clip is complete', () => new Response('', { status: 403 }), 'answers 403'],
    ['a circle of redirects', moved(link), 'from place to place'],
    ['more than is taken', () => new Response(new Uint8Array(limits.maxBytes + 1)), 'larger than 1 MB'],
    ['a page instead of audio', () => new Response('<html>Soon.</html>'), 'no finished audio'],
    ['half of it', () => new Response(song.slice(0, song.length / 2)), 'not finished'],
    ['half of an Ogg', () => new Response(cut(opusFile({ seconds: 8 }), 0.5)), 'not finished'],
    [
      'an Ogg up to a page in its middle',
      () => new Response(join(...opusPages(8).slice(0, 6))),
      'not finished',
    ],
    ['half of an M4A', () => new Response(cut(mp4File({ seconds: 8 }), 0.5)), 'not finished'],
    [
      'an M4A that is not filled yet',
      () => new Response(zeroed(mp4File({ seconds: 300 }), 0.6)),
      'not finished',
    ],
    ['half of a WavPack', () => new Response(cut(wavPackFile({ seconds: 8 }), 0.5)), 'not finished'],
  ])('that is %s is a result with a message, without the link', async (_, answer, words) => {
    const { fetch } = web({ [link]: answer });
    const { trouble } = { trouble: '', ...(await downloadAudio(link, limits, { fetch })) };
    expect(trouble).toContain(words);
    expect(trouble).not.toContain('secret');
  });

  test('that is refused keeps the status: a 403 may be for good', async () => {
    const { fetch } = web({ [link]: () => new Response('', { status: 403 }) });
    expect(await downloadAudio(link, limits, { fetch })).toEqual({
      trouble: 'The link to the audio answers 403.',
      status: 403,
    });
  });

  test('that was written to a pipe is taken, though its header leaves the size open', async () => {
    const piped = () => new Response(wavFile({ seconds: 8, statedBytes: 0x7fff_f000 }).slice());
    const { fetch } = web({ [link]: piped });
    expect(await downloadAudio(link, limits, { fetch })).toMatchObject({ durationSeconds: 8 });
  });

  test('that never comes is given up after its time', async () => {
    const late = () => Promise.reject(new DOMException('late', 'TimeoutError'));
    expect(await downloadAudio(link, limits, { fetch: late })).toEqual({
      trouble: 'The download of the audio took longer than 40 s.',
    });
  });
});
