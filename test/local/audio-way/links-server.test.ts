import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { createAudioLinks } from '../../../functions/storage/audio-links.ts';
import { type AudioWay, missingWay } from '../../../local/audio-way/audio-way.ts';
import { checkedOnce, startLinksServer } from '../../../local/audio-way/links-server.ts';

const files = [
  { key: 'audio/s1/001.a.wav', size: 10 },
  { key: 'audio/s1/002.b.wav', size: 20 },
];

/** The files as they are here: their bytes follow from the key. */
const bytesOf = (key: string) => Buffer.alloc(200_000, key);
const open = async ({ key }: { key: string }) => ({
  body: Readable.from([bytesOf(key)]),
  size: bytesOf(key).length,
});

type Remove = Parameters<typeof startLinksServer>[0]['remove'];
/** What a fetch through the way brings; the file unless given. */
type Answer = (key: string) => Response | Promise<Response>;
const rightBytes: Answer = (key) => new Response(bytesOf(key), { headers: { 'content-type': 'audio/wav' } });

async function linksTo(way: Partial<AudioWay> | undefined, answer: Answer = rightBytes, remove?: Remove) {
  const fetched: string[] = [];
  const lines: string[] = [];
  const whole: AudioWay | undefined = way && {
    kind: 'bucket',
    name: 's3://my-audio',
    advice: () => 'Look.',
    check: async () => undefined,
    publish: async () => {},
    link: async (_sessionId, { key }) => ({ url: `https://a.test/${key}?X-Amz-Signature=1` }),
    remove: async () => {},
    close: async () => {},
    ...way,
  };
  const problem = missingWay('https://api.example.test');
  const server = await startLinksServer({
    way: whole,
    problem,
    list: async () => files,
    open,
    remove,
    fetch: async (input) => {
      const key = new URL(String(input)).pathname.slice(1);
      fetched.push(key);
      return answer(key);
    },
    pause: async () => {},
    logFile: '/home/me/.chirpsmith/log/audio-way.log',
    log: (line) => lines.push(line),
  });
  onTestFinished(() => server.close());
  return { url: server.url, lines, fetched, links: createAudioLinks({ url: server.url }) };
}

describe('the links server', () => {
  it('answers nobody that does not know its secret path', async () => {
    const { url } = await linksTo({});
    const { origin, pathname } = new URL(url);
    expect(pathname.length).toBeGreaterThan(30);
    for (const path of ['/', '/check', `${pathname.slice(0, -1)}/link`, `/x${pathname}/link`]) {
      expect((await fetch(origin + path)).status).toBe(403);
    }
  });

  it('refuses everything with both flags where no way was named', async () => {
    const { links } = await linksTo(undefined);
    const refused = {
      name: 'AudioUnreachable',
      problems: [{ where: '--public-url' }, { where: '--audio-bucket' }],
    };
    await expect(links.check()).rejects.toMatchObject(refused);
    await expect(links.get({ sessionId: 's1', key: 'k' })).rejects.toMatchObject(refused);
    await expect(links.publish('s1', ['001', '002'])).rejects.toMatchObject(refused);
  });

  it('fetches the probe once for all that ask at a time, and again only when it failed', async () => {
    let checks = 0;
    const no = { summary: 'No.', problems: [] };
    const answers = [no, undefined];
    const check = checkedOnce(async () => {
      checks++;
      return answers.shift();
    });
    expect(await Promise.all([check(), check()])).toEqual([no, no]);
    expect(checks).toBe(1);
    expect([await check(), await check()]).toEqual([undefined, undefined]);
    expect(checks).toBe(2);
  });

  it('fetches the probe each time that a person asks, and a run after it believes the last one', async () => {
    const no = { summary: 'No.', problems: [{ where: '--public-url', message: 'Elsewhere.' }] };
    const answers = [undefined, no, no, undefined];
    const { links } = await linksTo({ check: async () => answers.shift() });
    await links.check();
    await links.check();
    expect(answers).toHaveLength(3);
    await expect(links.check({ fresh: true })).rejects.toMatchObject(no);
    await expect(links.check()).rejects.toMatchObject(no);
    await links.check({ fresh: true });
    expect(answers).toEqual([]);
    await links.check();
  });

  it('gives what the way is asked for: the object, its version and its name', async () => {
    const asked: unknown[] = [];
    const { links } = await linksTo({
      link: async (...object) => {
        asked.push(object);
        return { sent: 1, size: 2 };
      },
    });
    const object = { key: 'audio/s1/ä & b.wav', versionId: 'v', file: 'ä.wav' };
    expect(await links.get({ sessionId: 's1', ...object })).toEqual({ sent: 1, size: 2 });
    expect(asked).toEqual([['s1', object]]);
  });

  it('copies a session once, says how far that is, and that it is done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let copies = 0;
    const { links } = await linksTo({
      publish: async (_sessionId, objects, progress) => {
        copies++;
        expect(objects).toEqual(files);
        progress('audio/s1/001.a.wav', { sent: 4, retry: { attempt: 2, reason: 'It is busy.' } });
        await promise;
      },
    });
    const under = {
      done: false,
      files: [
        { ...files[0], sent: 4, retry: { attempt: 2, reason: 'It is busy.' } },
        { ...files[1], sent: 0 },
      ],
    };
    expect(await links.publish('s1', ['001', '002'])).toEqual(under);
    expect(await links.publish('s1', ['001', '002'])).toEqual(under);
    expect(await links.publication('s1')).toEqual(under);
    resolve();
    await expect
      .poll(() => links.publication('s1'))
      .toMatchObject({ done: true, files: [{ sent: 10 }, { sent: 20 }] });
    expect(copies).toBe(1);
  });

  it('copies the tracks that are named, and no others: those that have a clip are not fetched again', async () => {
    const copied: unknown[] = [];
    const { links } = await linksTo({ publish: async (_sessionId, objects) => void copied.push(...objects) });
    await links.publish('s1', ['002']);
    expect(copied).toEqual([files[1]]);
  });

  it('says why a copy failed, and copies again when it is asked to', async () => {
    const problems = [{ where: '--audio-bucket', message: 'It is full.' }];
    let copies = 0;
    const { links } = await linksTo({
      publish: async () => {
        if (copies++ === 0) throw new ChirpsmithError('AudioUnreachable', 'No.', { problems });
      },
    });
    await expect(links.publish('s1', ['001', '002'])).rejects.toMatchObject({ problems });
    await expect(links.publication('s1')).rejects.toMatchObject({ problems });
    expect(await links.publish('s1', ['001', '002'])).toMatchObject({ done: true });
  });

  it('leaves a copying alone that goes on when a command asks for a removal, and says when the end of the session ended it', async () => {
    const ended = Promise.withResolvers<void>();
    const removed: string[] = [];
    const { links, lines } = await linksTo(
      { publish: () => ended.promise },
      rightBytes,
      async (sessionId) => {
        removed.push(sessionId);
        return undefined;
      },
    );
    await links.publish('s1', ['001', '002']);
    expect(await links.remove('s1')).toEqual({ kept: {} });
    expect(removed).toEqual([]);
    ended.reject(new ChirpsmithError('Cancelled', 'The session is done.'));
    await expect.poll(() => links.publication('s1').catch(({ name }) => name)).toBe('Cancelled');
    expect(await links.remove('s1')).toEqual({});
    expect([removed, lines]).toEqual([['s1'], []]);
  });

  it('removes what was copied for a session, or says until when it stays, or why it cannot go', async () => {
    const removed: string[] = [];
    const problems = [{ where: '--audio-bucket', message: 'You may not delete there.' }];
    const kept: Record<string, number> = {
      s3: Date.parse('2026-11-27T12:00:00Z'),
      s4: Number.POSITIVE_INFINITY,
    };
    const { links } = await linksTo({}, rightBytes, async (sessionId) => {
      if (sessionId === 's2') throw new ChirpsmithError('BadInput', 'No.', { problems });
      const until = kept[sessionId];
      if (until !== undefined) return { until };
      removed.push(sessionId);
      return undefined;
    });
    expect(await links.remove('s1')).toEqual({});
    expect(await links.remove('s3')).toEqual({ kept: { until: '2026-11-27T12:00:00.000Z' } });
    expect(await links.remove('s4')).toEqual({ kept: {} });
    expect(removed).toEqual(['s1']);
    await expect(links.remove('s2')).rejects.toMatchObject({ name: 'AudioUnreachable', problems });
  });

  it('has nothing to copy for a tunnel', async () => {
    const { links } = await linksTo({ kind: 'tunnel' });
    expect(await links.publish('s1', ['001', '002'])).toMatchObject({ done: true });
  });

  it('logs an error of its own without what it was asked, and names the path of the log', async () => {
    const { links, lines } = await linksTo({
      link: async () => {
        throw new Error('broken');
      },
    });
    await expect(links.get({ sessionId: 's1', key: 'k' })).rejects.toMatchObject({
      name: 'StorageUnavailable',
      summary: expect.stringContaining('its log is /home/me/.chirpsmith/log/audio-way.log.'),
    });
    expect(lines).toEqual(['links: broken']);
  });
});

describe('a link', () => {
  const sha256 = (key: string) => createHash('sha256').update(bytesOf(key)).digest('hex');
  const object = { sessionId: 's1', key: 'a.wav', file: 'My song.wav', sha256: sha256('a.wav') };
  const page = () => new Response('<html>Visit</html>', { headers: { 'content-type': 'text/html' } });
  const refusal = (message: string, where = '--audio-bucket') => ({
    name: 'AudioUnreachable',
    summary:
      '"My song.wav" cannot be fetched through s3://my-audio, so nothing more is sent to the provider.',
    problems: [{ where, message: expect.stringContaining(message) }],
  });

  it('is given after its file came back whole through the way; later its beginning is looked at again', async () => {
    const { links, fetched } = await linksTo({});
    expect(await links.get(object)).toBe('https://a.test/a.wav?X-Amz-Signature=1');
    expect(await links.get(object)).toMatch('https://a.test/');
    expect(fetched).toEqual(['a.wav', 'a.wav']);
  });

  it('is compared with the file here, where no SHA-256 is on record', async () => {
    const { sha256: _none, ...unknown } = object;
    const { links } = await linksTo({});
    expect(await links.get(unknown)).toMatch('https://a.test/');
  });

  it.each<[string, Answer, string]>([
    ['a page comes', page, 'a.test answered with something else (text/html): "<html>Visit</html>".'],
    ['other bytes come', () => rightBytes('b.wav'), 'a.test gave other bytes, of the same length.'],
    ['the end is missing', (key) => new Response(bytesOf(key).subarray(1)), 'gave 199999 of 200000 bytes.'],
    ['more comes', (key) => new Response(Buffer.concat([bytesOf(key), bytesOf(key)])), 'more than 200000'],
    ['the bucket is gone', () => new Response('', { status: 404 }), 'answered 404. The audio is not there'],
  ])('is refused with the name of the file, after three attempts, when %s', async (_, answer, message) => {
    const advice = (status: number | 'none') => (status === 404 ? 'The audio is not there.' : 'Look.');
    const { links, fetched } = await linksTo({ advice }, answer);
    await expect(links.get(object)).rejects.toMatchObject(refusal(message));
    expect(fetched).toHaveLength(3);
  });

  it('is given when the line failed for a moment', async () => {
    let failures = 1;
    const { links } = await linksTo({}, (key) => {
      if (failures-- > 0) throw new TypeError('fetch failed');
      return rightBytes(key);
    });
    expect(await links.get(object)).toMatch('https://a.test/');
  });

  it('is refused when the way broke after its file had come back', async () => {
    let answer = rightBytes;
    const { links } = await linksTo({}, (key) => answer(key));
    await links.get(object);
    answer = page;
    await expect(links.get(object)).rejects.toMatchObject(refusal('something else (text/html)'));
    answer = (key) =>
      new Response(bytesOf(key).subarray(0, 100_000), { headers: { 'content-length': '100000' } });
    await expect(links.get(object)).rejects.toMatchObject(refusal('says that it has 100000 bytes of 200000'));
    answer = rightBytes;
    expect(await links.get(object)).toMatch('https://a.test/');
  });

  it('says after the provider could not use it whether the provider has fetched it, where the way sees that', async () => {
    let fetched = true;
    const asked: object[] = [];
    const { links } = await linksTo({
      fetched(one) {
        asked.push(one);
        return fetched;
      },
    });
    expect(await links.look(object)).toEqual({ fetched });
    fetched = false;
    expect(await links.look(object)).toEqual({ fetched });
    expect(asked[0]).toMatchObject({ key: object.key });
  });

  it('can be looked at after the provider could not use it', async () => {
    let answer = rightBytes;
    const { links } = await linksTo({ kind: 'tunnel', name: 'https://a.test' }, (key) => answer(key));
    expect(await links.look(object)).toEqual({});
    answer = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
    await expect(links.look(object)).rejects.toMatchObject({
      problems: [{ where: '--public-url', message: 'a.test takes no connection: is the tunnel running?' }],
    });
  });
});
