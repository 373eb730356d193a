import { describe, expect, it } from 'vitest';
import {
  judge,
  type Manifest,
  mostListed,
  relevantTo,
} from '../../../functions/event-handlers/start-from-manifest/manifest.ts';
import { settings } from '../../../test-support/session-records.ts';

const { limits } = settings;
const songs = ['1.mp3', '2.mp3', '3.mp3', '4.mp3', '5.mp3', '6.mp3'];
const judged = (audio: string[], names: string[], { more = false, kind = 'batch' } = {}) =>
  judge(
    { kind: kind === 'batch' ? 'batch' : 'train', name: 'Night', audio },
    { names, more, newer: [] },
    settings,
  );
const messages = (found: ReturnType<typeof judge>) =>
  'problems' in found ? found.problems.map(({ where, message }) => `${where} ${message}`) : [];
const composed = 'é.mp3'.normalize('NFC');
const decomposed = composed.normalize('NFD');

describe('the list of a manifest', () => {
  it('names no file that the inbox itself puts there', () => {
    const ours = ['manifest.json', 'manifest.error.json', 'manifest.started.json', 'manifest.late.json'];
    expect(messages(judged(ours, ours))).toEqual(
      ours.map((name, at) => `audio[${at}] "${name}" is not in the folder: upload it, or correct its name`),
    );
  });

  it('means the file of exactly its name, where there is another of the same letters', () => {
    for (const audio of [
      [composed, decomposed],
      [decomposed, composed],
    ]) {
      expect(judged(audio, [composed, decomposed])).toMatchObject({ order: { files: audio } });
      expect(judged(audio, [decomposed, composed])).toMatchObject({ order: { files: audio } });
    }
  });

  it('names a file once, with whichever characters', () => {
    expect(messages(judged([composed, decomposed], [composed]))).toEqual([
      'audio[1] is audio[0] again: list each file once',
    ]);
  });

  it('names the listed part of the folder in which a file is missing', () => {
    const found = judged(['9.mp3'], ['manifest.json', '1.mp3', '2.mp3'], { more: true });
    expect(messages(found)).toEqual([
      'audio[0] "9.mp3" is not among its first 2 files: upload it, or correct its name',
    ]);
  });

  it('names a missing file by at most 200 characters', () => {
    const long = 'x'.repeat(200);
    expect(messages(judged([long], []))[0]).toContain(`"${long}" is not in`);
    expect(messages(judged([`${long}y`], []))[0]).toContain(`"${'x'.repeat(199)}…" is not in`);
  });

  it('waits only while nothing but files is missing', () => {
    const train = { kind: 'train' };
    expect(judged(songs, songs.slice(1), train)).toMatchObject({ waits: true });
    expect(judged(songs.slice(1), songs.slice(1), train)).toMatchObject({ waits: false });
    expect(judged(songs.slice(1), [], train)).toMatchObject({ waits: false });
  });

  it('may hold as many files as the kind takes, and no more', () => {
    const files = (count: number) => Array.from({ length: count }, (_, at) => `${at}.mp3`);
    const train = { kind: 'train' };
    const most = files(limits.maxTracks);
    expect(judged(most, most, train)).toMatchObject({ order: { files: most } });
    const more = files(limits.maxTracks + 1);
    expect(messages(judged(more, more, train))).toEqual([
      `audio lists ${more.length} files: at most ${limits.maxTracks} are taken; name those in "audio"`,
    ]);
  });
});

it('a folder is listed as far as any session of the kind needs', () => {
  const withMost = (maxBatchFiles: number) => ({ ...settings, limits: { ...limits, maxBatchFiles } });
  expect(mostListed({ kind: 'train' }, withMost(10_000))).toBe(3000);
  expect(mostListed({ kind: 'batch' }, withMost(10_000))).toBe(20_000);
  expect(mostListed({ kind: 'batch' }, withMost(100))).toBe(3000);
});

it('a file concerns a manifest that lists it, or one without a list when it is named as audio', () => {
  const plain: Manifest = { kind: 'train', name: 'Night' };
  const concerned = (manifest: Manifest, name: string) => relevantTo(manifest)(name);
  expect(['1.mp3', 'cover.jpg', '._1.mp3'].map((name) => concerned(plain, name))).toEqual([
    true,
    false,
    false,
  ]);
  const listing = { ...plain, audio: [composed, 'notes.txt'] };
  expect([decomposed, 'notes.txt', '1.mp3'].map((name) => concerned(listing, name))).toEqual([
    true,
    true,
    false,
  ]);
});
