import { describe, expect, it } from 'vitest';
import {
  event,
  folder,
  manifest,
  newSceneForEach,
  problems,
  put,
  putSongs,
  report,
  scene,
  songs,
  started,
} from './manifest-scene.ts';

newSceneForEach();

describe('a name that is nearly that of a manifest', () => {
  it.each([
    'Manifest.json',
    'manifest.JSON',
    'manifest.json.txt',
    'manifest.jsonc',
    'manifest.txt',
    'manifest',
    'manifest (1).json',
    'manifests.json',
    'manifest.json ',
  ])('%j gets a report beside it', async (name) => {
    await putSongs();
    expect(await put(name, { name: 'Nearly' })).toMatchObject({ verdict: 'refused' });
    expect(problems()).toEqual([{ where: name, message: 'is not looked at: call it manifest.json' }]);
    expect(scene.told).toMatchObject([{ type: 'Manifest rejected', manifest: folder + name }]);
    // As the report says.
    await put('manifest.json', { name: 'Nearly' });
    expect(scene.machine.started).toHaveLength(1);
    expect(scene.box.json(report)).toBeUndefined();
  });

  it.each(['Inbox/', 'INBOX/', '/inbox/'])('gets a report in %s, which is not the inbox', async (root) => {
    const key = `${root}night/manifest.json`;
    scene.box.put(key, { name: 'Elsewhere' });
    expect(await event(key)).toMatchObject({ verdict: 'refused' });
    expect(scene.box.json(`${root}night/manifest.error.json`)).toMatchObject({
      manifest: key,
      problems: [{ where: root, message: expect.stringContaining('put the folder under inbox/') }],
    });
    // As the report says.
    for (const song of songs) scene.box.put(`inbox/night/${song}`, 'bytes');
    scene.box.put('inbox/night/manifest.json', { name: 'Elsewhere' });
    expect(await event('inbox/night/manifest.json')).toMatchObject({ verdict: 'started' });
  });

  it('gets a report where a manifest lies in no folder', async () => {
    scene.box.put('inbox/manifest.json', { name: 'Nowhere' });
    await event('inbox/manifest.json');
    expect(scene.box.json('inbox/manifest.error.json')).toMatchObject({
      problems: [{ where: 'manifest.json', message: expect.stringContaining('in a folder of inbox/') }],
    });
  });

  it('gets a report also where a manifest of the right name lies in the same folder, outside the inbox', async () => {
    scene.box.put('Inbox/night/manifest.json', { name: 'Elsewhere' });
    expect(await event('Inbox/night/Manifest.json')).toMatchObject({ verdict: 'refused', problems: 2 });
    scene.box.put('inbox/manifest.json', { name: 'Nowhere' });
    expect(await event('inbox/Manifest.json')).toMatchObject({ verdict: 'refused', problems: 2 });
    expect(scene.box.json('inbox/manifest.error.json')).toMatchObject({ versionId: '' });
  });

  it('gets none beside a manifest of the right name', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Right' });
    expect(await put('manifest.json.txt')).toEqual({ verdict: 'none' });
    expect(scene.box.json(report)).toBeUndefined();
  });

  it.each(['my manifest.json', 'manifesto.txt', 'manifest.mp3', 'manifest.wav'])(
    '%j is none',
    async (name) => {
      expect(await put(name)).toEqual({ verdict: 'none' });
      expect(scene.box.json(report)).toBeUndefined();
    },
  );
});

describe('a manifest that cannot be used leaves a report beside it', () => {
  const others = songs.slice(0, 5);
  const text = (where: string, message: string) => ({ where, message });

  it.each<[string, string | object, string[], ReturnType<typeof text>[]]>([
    [
      'that is no JSON',
      '{"name": "Night Drive",}',
      songs,
      [text('manifest.json', 'is not JSON in UTF-8: correct it and upload it again')],
    ],
    [
      'that is empty',
      '',
      songs,
      [text('manifest.json', 'is not JSON in UTF-8: correct it and upload it again')],
    ],
    [
      'that is not UTF-8',
      new Uint8Array([0x22, 0xe9, 0x22]),
      songs,
      [text('manifest.json', 'is not JSON in UTF-8: correct it and upload it again')],
    ],
    [
      'that is too long',
      { name: 'x'.repeat(1024 * 1024) },
      songs,
      [text('manifest.json', 'is larger than 1 MB: name the files only')],
    ],
    [
      'that is no object',
      [1],
      songs,
      [text('manifest.json', 'Invalid input: expected object, received array')],
    ],
    [
      'with a field of no meaning, and one of the wrong kind',
      { name: 1, tracks: [] },
      songs,
      [
        text('name', 'Invalid input: expected string, received number'),
        text('tracks', 'is not a field of a manifest: remove it or correct its name'),
      ],
    ],
    ['without a name', { name: ' ' }, songs, [text('name', 'is empty: give the model a name')]],
    [
      'that asks for too few clips',
      { name: 'A', minClips: 2 },
      songs,
      [text('minClips', 'is 2: the provider trains on at least 6, at most 100 are taken')],
    ],
    [
      'whose folder holds too few',
      { name: 'A' },
      others,
      [text('folder', 'holds 5 files that are named as audio: at least 6 are needed')],
    ],
    [
      'whose folder holds fewer than it asks for',
      { name: 'A', minClips: 7 },
      songs,
      [text('folder', 'holds 6 files that are named as audio: at least 7 are needed')],
    ],
    [
      'whose folder holds too many',
      { name: 'A' },
      Array.from({ length: 101 }, (_, index) => `${index}.mp3`),
      [
        text(
          'folder',
          'holds 101 files that are named as audio: at most 100 are taken; name those in "audio"',
        ),
      ],
    ],
    [
      'that lists too few, and one twice',
      { name: 'A', audio: [...others.slice(1), '6.mp3'].concat('6.mp3').slice(1) },
      songs,
      [
        text('audio[4]', 'is audio[3] again: list each file once'),
        text('audio', 'lists 5 files: at least 6 are needed'),
      ],
    ],
    [
      'that lists what is not there',
      { name: 'A', audio: [...songs, 'lost.mp3', '../1.mp3', 'manifest.json'] },
      songs,
      ['lost.mp3', '../1.mp3', 'manifest.json'].map((name, index) =>
        text(`audio[${index + 6}]`, `"${name}" is not in the folder: upload it, or correct its name`),
      ),
    ],
  ])('%s', async (_, content, files, expected) => {
    await putSongs(files);
    expect(await put('manifest.json', content)).toMatchObject({ verdict: 'refused' });
    const said = {
      manifest,
      versionId: expect.stringMatching(/^v\d+$/),
      at: new Date(scene.now).toISOString(),
      problems: expected,
    };
    expect(scene.box.json(report)).toEqual({ ...said, content: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(scene.told).toEqual([{ type: 'Manifest rejected', schema: 1, bucket: 'audio', ...said }]);
    expect(scene.machine.started).toEqual([]);
  });

  it('of thousands of problems it lists the first fifty, each in a few words', async () => {
    const audio = Array.from({ length: 2000 }, (_, index) => `${index}`);
    await put('manifest.json', { name: 'Many', audio, ['x'.repeat(5000)]: 1 });
    expect(problems()).toEqual([
      { where: 'x'.repeat(200), message: 'is not a field of a manifest: remove it or correct its name' },
    ]);
    await put('manifest.json', { name: 'Many', audio });
    expect(problems()).toHaveLength(51);
    expect(JSON.stringify(problems())).toContain('has 1951 more problems');
  });

  it('of a name that is long when it is written in JSON it gives the first five hundred characters', async () => {
    await put('manifest.json', { name: 'Words', audio: ['\u0001'.repeat(200)] });
    expect(problems()).toMatchObject([{ message: expect.stringMatching(/^.{500}$/) }, { where: 'audio' }]);
  });

  it('the same report is written once, and the event put once, however often it is looked at', async () => {
    await put('manifest.json', { name: 'A' });
    const written = () => scene.box.calls.filter((call) => call === 'write').length;
    await event(manifest);
    await put('cover.jpg');
    expect({ written: written(), told: scene.told.length }).toEqual({ written: 1, told: 1 });
    // The same once more, as by a client that got no response, is the same.
    await put('manifest.json', { name: 'A' });
    expect({ written: written(), told: scene.told.length }).toEqual({ written: 1, told: 1 });
    await put('manifest.json', { name: 'B' });
    expect({ written: written(), told: scene.told.length }).toEqual({ written: 2, told: 2 });
  });

  it('an event that is not taken is put again with the next look, and no report hides it', async () => {
    scene.refusesEvents = true;
    await expect(put('manifest.json', { name: 'A' })).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(scene.box.json(report)).toBeUndefined();
    scene.refusesEvents = false;
    await event(manifest);
    expect(scene.told).toHaveLength(1);
  });

  it('is left to the next event when its folder changes at each of ten looks', async () => {
    const { write } = scene.box.inbox;
    let looks = 0;
    Object.assign(scene.box.inbox, {
      write: async (key: string, json: object) => {
        await write(key, json);
        looks += 1;
        scene.box.put(manifest, { name: `${looks}` });
      },
    });
    await expect(put('manifest.json', { name: '0' })).rejects.toMatchObject({
      name: 'StorageUnavailable',
      message: `${folder} changes faster than it can be looked at.`,
    });
    expect(looks).toBe(10);
  });

  it('something else of that name is written over', async () => {
    scene.box.put(report, 'my own notes');
    await put('manifest.json', { name: 'A' });
    expect(problems()).toHaveLength(1);
  });

  it('a corrected one removes it', async () => {
    await putSongs();
    await put('manifest.json', '{');
    await put('manifest.json', { name: 'Corrected' });
    expect(scene.box.json(report)).toBeUndefined();
    expect(started()).toMatchObject([{ name: 'Corrected' }]);
  });
});
