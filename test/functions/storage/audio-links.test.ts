import { describe, expect, it } from 'vitest';
import { createAudioLinks } from '../../../functions/storage/audio-links.ts';

const url = 'http://127.0.0.1:4000/a-secret-path';

function linksThat(answer: () => Response | Promise<Response>) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(`${init?.method} ${String(input).replace(url, '')}`);
    return answer();
  };
  return { asked, links: createAudioLinks({ url, fetch }) };
}

describe('links to audio by the local stack', () => {
  const object = { sessionId: 's1', key: 'audio/s1/001.ä b.wav', versionId: 'v1', file: 'ä b.wav' };

  it('are asked for by session, key, version and name', async () => {
    const { asked, links } = linksThat(() => Response.json({ url: 'https://a.test/x?sig' }));
    expect(await links.get(object)).toBe('https://a.test/x?sig');
    const query = 'session=s1&key=audio%2Fs1%2F001.%C3%A4+b.wav&version=v1&file=%C3%A4+b.wav';
    expect(asked).toEqual([`GET /link?${query}`]);
  });

  it('are not there yet while the copy goes on', async () => {
    const { links } = linksThat(() => Response.json({ sent: 1, size: 2 }, { status: 202 }));
    expect(await links.get(object)).toEqual({ sent: 1, size: 2 });
  });

  it('fail in the words of the way', async () => {
    const problems = [{ where: '--audio-bucket', message: 'It is not there.' }];
    const { links } = linksThat(() => Response.json({ summary: 'No.', problems }, { status: 409 }));
    for (const call of [() => links.get(object), () => links.check(), () => links.publish('s1', ['001'])]) {
      await expect(call()).rejects.toMatchObject({ name: 'AudioUnreachable', summary: 'No.', problems });
    }
  });

  it.each([
    ['it is gone', () => Promise.reject(new TypeError(`fetch failed: ${url}`))],
    ['it fails', () => new Response('', { status: 500 })],
    [
      'it fails and names its log',
      () => Response.json({ log: '/home/me/log/audio-way.log' }, { status: 500 }),
    ],
  ])('fail for a while when %s, and the error does not hold the secret', async (_, answer) => {
    const { links } = linksThat(answer);
    const error = await links.check().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'StorageUnavailable' });
    expect(String(error instanceof Error ? error.stack : error) + JSON.stringify(error)).not.toContain(
      'a-secret-path',
    );
    expect(error).not.toHaveProperty('cause');
  });
});
