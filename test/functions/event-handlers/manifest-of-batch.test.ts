import { describe, expect, it } from 'vitest';
import {
  event,
  folder,
  manifest,
  newSceneForEach,
  problems,
  put,
  putSongs,
  scene,
  started,
} from './manifest-scene.ts';

newSceneForEach();

describe('a manifest of the kind batch', () => {
  const batch = (name: string, more: object = {}) => ({ kind: 'batch', name, ...more });
  const listOf = (input: unknown) => scene.box.json(String(Object(input).list));

  it('starts a batch on one file or more, whose names it writes down beside the audio of the session', async () => {
    await putSongs(['b.mp3', 'a.wav', 'notes.txt']);
    expect(await put('manifest.json', batch('Voices'))).toMatchObject({ verdict: 'started' });
    const list = expect.stringMatching(/^audio\/[0-9a-f-]{36}\/files\./);
    expect(started()).toEqual([
      { kind: 'batch', name: 'Voices', list, owner: 'studio', startedBy: 'manifest' },
    ]);
    expect(scene.machine.kinds).toEqual(['batch']);
    expect(listOf(started()[0])).toEqual({ folder, files: ['b.mp3', 'a.wav'] });
  });

  it('starts it on thousands, by their names alone', async () => {
    const names = Array.from({ length: 9999 }, (_, index) => `${'long name '.repeat(5)}${index}.mp3`);
    for (const name of names) scene.box.put(folder + name, 'bytes');
    await put('manifest.json', batch('Many', { audio: names }));
    expect(listOf(started()[0])).toEqual({ folder, files: names });
    // What an execution takes as its input (documented).
    expect(JSON.stringify(started()[0]).length).toBeLessThan(256 * 1024);
  });

  it('starts once, however often its event comes', async () => {
    await putSongs();
    scene.box.put(manifest, batch('Once'));
    await Promise.all([1, 2, 3, 4, 5].map(() => event(manifest)));
    await put('7.mp3');
    expect(scene.machine.started).toHaveLength(1);
  });

  it.each<[string, object, number, { where: string; message: string }[]]>([
    [
      'with what says something about a model',
      { minClips: 6, skipInvalid: false, review: true },
      1,
      ['minClips', 'skipInvalid', 'review'].map((where) => ({
        where,
        message: 'has no meaning for a batch: leave it out',
      })),
    ],
    [
      'without a file',
      {},
      0,
      [{ where: 'folder', message: 'holds 0 files that are named as audio: at least 1 are needed' }],
    ],
    [
      'whose list is empty',
      { audio: [] },
      1,
      [{ where: 'audio', message: 'lists 0 files: at least 1 are needed' }],
    ],
    [
      'with more files than a batch takes',
      {},
      10_001,
      [
        {
          where: 'folder',
          message:
            'holds 10001 files that are named as audio: at most 10000 are taken; name those in "audio"',
        },
      ],
    ],
    [
      'in a folder that is not listed to its end',
      {},
      20_001,
      [
        {
          where: 'folder',
          message:
            'holds more than the 20000 files that are listed: name the audio in the manifest, or use a folder of its own',
        },
        {
          where: 'folder',
          message:
            'holds 20000 files that are named as audio: at most 10000 are taken; name those in "audio"',
        },
      ],
    ],
  ])('%s is refused', async (_, more, files, expected) => {
    for (let index = 0; index < files; index++) scene.box.put(`${folder}${index}.mp3`, 'bytes');
    expect(await put('manifest.json', batch('A', more))).toMatchObject({ verdict: 'refused' });
    expect(problems()).toEqual(expected);
    expect(scene.machine.started).toEqual([]);
  });

  it('a kind that is none is named, with those that are', async () => {
    await put('manifest.json', { kind: 'music', name: 'A' });
    expect(problems()).toEqual([
      { where: 'kind', message: 'Invalid option: expected one of "train"|"batch"' },
    ]);
  });
});

it('an event of a file whose manifest is not there costs one look, however many files there are', async () => {
  await putSongs();
  scene.box.calls.length = 0;
  await put('7.mp3');
  expect(scene.box.calls).toEqual(['find']);
});
