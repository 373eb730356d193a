import { describe, expect, it, onTestFinished } from 'vitest';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { createAudioLinks } from '../../../functions/storage/audio-links.ts';
import { type AudioWay, missingWay } from '../../../local/audio-way/audio-way.ts';
import { checkedOnce, startLinksServer } from '../../../local/audio-way/links-server.ts';

const files = [
  { key: 'audio/s1/001.a.wav', size: 10 },
  { key: 'audio/s1/002.b.wav', size: 20 },
];

async function linksTo(way: Partial<AudioWay> | undefined) {
  const lines: string[] = [];
  const whole: AudioWay | undefined = way && {
    kind: 'bucket',
    name: 's3://my-audio',
    check: async () => undefined,
    publish: async () => {},
    link: async () => ({ url: 'https://a.test/x?sig' }),
    remove: async () => {},
    close: async () => {},
    ...way,
  };
  const problem = missingWay('https://api.example.test');
  const server = await startLinksServer({
    way: whole,
    problem,
    list: async () => files,
    log: (line) => lines.push(line),
  });
  onTestFinished(() => server.close());
  return { url: server.url, lines, links: createAudioLinks({ url: server.url }) };
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
        progress('audio/s1/001.a.wav', 4);
        await promise;
      },
    });
    const under = {
      done: false,
      files: [
        { ...files[0], sent: 4 },
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

  it('has nothing to copy for a tunnel', async () => {
    const { links } = await linksTo({ kind: 'tunnel' });
    expect(await links.publish('s1', ['001', '002'])).toMatchObject({ done: true });
  });

  it('logs an error of its own without what it was asked', async () => {
    const { links, lines } = await linksTo({
      link: async () => {
        throw new Error('broken');
      },
    });
    await expect(links.get({ sessionId: 's1', key: 'k' })).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    expect(lines).toEqual(['links: broken']);
  });
});
