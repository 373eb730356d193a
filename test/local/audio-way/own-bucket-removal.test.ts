import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { copiedAudio, writeKeptUntil } from '../../../local/audio-way/published-journal.ts';
import { asPerson, bucketBehindFront, openWay } from './bucket-behind-front.ts';
import { bucketOfCopies, files, large, other, patiently, sessionId, signal, small } from './copied-audio.ts';

const { place, way, publish, linkOf, bytesAt, keysThere, uploadsThere, puts } = bucketOfCopies();

describe('when a session is done', () => {
  it('its audio is deleted, also what is still being sent', async () => {
    await publish([small]);
    place().faults(({ url = '' }) => (url.includes('partNumber=2') ? 'silence' : undefined));
    const copying = expect(publish([large])).rejects.toMatchObject({ name: 'Cancelled' });
    await vi.waitFor(() => expect(puts().some((line) => line.includes('partNumber'))).toBe(true), patiently);
    await way().remove(sessionId);
    await copying;
    expect([await keysThere(), await uploadsThere()]).toEqual([[], []]);
  });

  it('the audio of other sessions stays', async () => {
    const another = 'a0000000-6d1e-4b7a-9a35-0c5f2e8d7b41';
    await way().publish(another, [small], () => {}, signal);
    await publish([small]);
    await way().remove(sessionId);
    expect(await keysThere()).toEqual([expect.stringContaining(another)]);
    await way().remove(another);
  });

  it('with --keep-audio it stays, and only uploads that are not whole are ended', async () => {
    const keeping = await openWay(place(), files, { keep: true });
    await publish([small], keeping);
    await keeping.remove(sessionId);
    expect(await keysThere()).toHaveLength(1);
    expect(await keeping.sessions?.()).toEqual([]);
    await keeping.close();
    // Deletes it for the next test.
    await publish([small]);
  });

  it('a stack that ends waits for the deletion', async () => {
    const ending = await openWay(place(), files);
    await publish([small, other], ending);
    void ending.remove(sessionId);
    await ending.close();
    expect(await keysThere()).toEqual([]);
  });

  it('a session that is resumed while its audio is deleted gets it back', async () => {
    await publish([small]);
    const removal = way().remove(sessionId);
    await publish([small]);
    await removal;
    expect(await keysThere()).toHaveLength(1);
    expect((await bytesAt(await linkOf(small))).length).toBe(small.size);
  });

  it('a session of which nothing was published asks the bucket nothing', async () => {
    place().seen.length = 0;
    await way().remove('b0000000-6d1e-4b7a-9a35-0c5f2e8d7b41');
    expect(place().requests()).toEqual([]);
  });

  it('until when it is kept is known without a stack, until a resume copies again', async () => {
    await publish([small]);
    const directory = path.join(place().home, 'audio-way');
    const known = () => copiedAudio(directory).map(({ keptUntil }) => keptUntil);
    expect(known()).toEqual([undefined]);
    writeKeptUntil(directory, 'another', Date.parse('2026-11-27T11:00:00Z'));
    writeKeptUntil(directory, sessionId, Date.parse('2026-11-27T12:00:00Z'));
    expect(known()).toEqual(['2026-11-27T12:00:00.000Z']);
    await publish([other]);
    expect(known()).toEqual([undefined]);
  });

  it('what could not be deleted is known to the next stack, and without one', async () => {
    await publish([small, other]);
    place().faults(({ method, url = '' }) =>
      method === 'DELETE' && url.includes('flac') ? { status: 403 } : undefined,
    );
    await expect(way().remove(sessionId)).rejects.toThrow(/s3:DeleteObject/);
    expect(await keysThere()).toHaveLength(1);
    expect(await way().sessions?.()).toEqual([sessionId]);
    const left = { sessionId, name: 's3://audio/music/of mine', files: 1 };
    const problem = expect.stringMatching(/^You may not delete there, .*Allow s3:DeleteObject/);
    const known = () => copiedAudio(path.join(place().home, 'audio-way'));
    // What a command in another shell needs besides; of secrets the names.
    const settings = {
      variables: { AWS_ENDPOINT_URL_S3: place().endpoint, AWS_REGION: 'eu-west-1' },
      secrets: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    };
    expect(known()).toEqual([{ ...left, problem, settings }]);
    place().faults(() => undefined);
    await way().remove(sessionId);
    expect(known()).toEqual([]);
  });
});

describe('a bucket that keeps versions', () => {
  it('keeps none of ours', async () => {
    const versioned = await bucketBehindFront({ versioned: true });
    asPerson(versioned.endpoint);
    const there = await openWay(versioned, files);
    await publish([small, large], there);
    await there.remove(sessionId);
    expect(versioned.requests().filter((line) => /^DELETE .*versionId/.test(line))).toHaveLength(2);
    await there.close();
    await versioned.stop();
  });
});
