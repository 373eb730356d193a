import { beforeEach, describe, expect, it } from 'vitest';
import { startFromManifest } from '../../../functions/events/start-from-manifest/start-from-manifest.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { fakeExecutions } from '../../fake-executions.ts';
import { settings, testMoment } from '../../session-records.ts';
import { fakeInbox } from './fake-inbox.ts';

const folder = 'inbox/Night Drive + café/';
const manifest = `${folder}manifest.json`;
const report = `${folder}manifest.error.json`;
const songs = ['1.mp3', '2.wav', '3 b.FLAC', '4+.ogg', '5 é.m4a', '6.mp3'];

let box: ReturnType<typeof fakeInbox>;
let machine: ReturnType<typeof fakeExecutions>;
let told: Record<string, unknown>[];
let refusesEvents: boolean;
beforeEach(() => {
  box = fakeInbox();
  machine = fakeExecutions();
  told = [];
  refusesEvents = false;
});

const event = (key: string) =>
  startFromManifest(
    { detail: { object: { key } } },
    {
      inbox: box.inbox,
      lists: box.lists,
      bucket: 'audio',
      executions: machine.executions,
      bus: {
        async put(type, detail) {
          if (refusesEvents) throw new ChirpsmithError('StorageUnavailable', 'not taken');
          told.push({ type, ...detail });
        },
      },
      settings,
      owner: 'studio',
      now: () => testMoment,
    },
  );

/** Puts a file there, and brings its event. */
async function put(name: string, content: string | object = 'bytes') {
  box.put(folder + name, content);
  return event(folder + name);
}
const putSongs = async (names = songs) => {
  for (const name of names) await put(name);
};
const started = () => machine.started.map((line) => JSON.parse(line.slice(line.indexOf(' '))) as unknown);
const problems = () => (box.json(report) as { problems?: unknown } | undefined)?.problems;

describe('a manifest beside audio', () => {
  it('starts an execution on all audio of its folder, in the name of the owner', async () => {
    await putSongs([...songs, 'cover.jpg', '.DS_Store', '._1.mp3', 'README']);
    expect(machine.started).toEqual([]);
    expect(await put('manifest.json', { name: 'Night Drive' })).toMatchObject({ verdict: 'started' });
    expect(started()).toEqual([
      {
        name: 'Night Drive',
        audio: songs.map((name) => `s3://audio/${folder}${name}`),
        owner: 'studio',
        startedBy: 'manifest',
      },
    ]);
    expect(machine.started[0]).toMatch(/^inbox-[0-9a-f]{40} /);
    expect({ told, report: box.json(report) }).toEqual({ told: [], report: undefined });
  });

  it('starts it on the files that it lists, in their order, with all that it says', async () => {
    await putSongs([...songs, '7.mp3']);
    const audio = [...songs].reverse();
    const others = { review: true, minClips: 6, skipInvalid: true };
    await put('manifest.json', { name: 'Listed', audio, ...others });
    const paths = audio.map((name) => `s3://audio/${folder}${name}`);
    expect(started()).toMatchObject([{ name: 'Listed', audio: paths, ...others }]);
  });

  it('finds a file whose name another system writes with other characters', async () => {
    await putSongs();
    const audio = songs.map((name) => name.normalize('NFD'));
    expect(audio).not.toEqual(songs);
    await put('manifest.json', { name: 'Mac', audio });
    expect(started()).toMatchObject([{ audio: songs.map((name) => `s3://audio/${folder}${name}`) }]);
  });

  it('starts once for five events, and after the execution has ended', async () => {
    await putSongs();
    box.put(manifest, { name: 'Once' });
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => event(manifest)));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(machine.started).toHaveLength(1);
    await machine.executions.stop(machine.executions.arnOf(machine.started[0]?.split(' ')[0] ?? '', 'train'));
    await event(manifest);
    await put('7.mp3');
    expect(machine.started).toHaveLength(1);
  });

  it('starts once more when another version of it is put there', async () => {
    await putSongs();
    await put('manifest.json', { name: 'First' });
    await put('manifest.json', { name: 'Second' });
    // Out of order: the first one's event comes again, when the second is there.
    await event(manifest);
    expect(started()).toMatchObject([{ name: 'First' }, { name: 'Second' }]);
  });

  it('starts beside another of the same version: S3 makes these up for each key', async () => {
    for (const other of ['inbox/a/', 'inbox/b/']) {
      box = fakeInbox();
      for (const song of songs) box.put(other + song, 'bytes');
      box.put(`${other}manifest.json`, { name: other });
      await event(`${other}manifest.json`);
    }
    expect(started()).toMatchObject([{ name: 'inbox/a/' }, { name: 'inbox/b/' }]);
  });

  it.each([
    ['outside the inbox', 'audio/manifest.json'],
    ['in no folder', 'inbox/manifest.json'],
    ['of a folder alone', folder],
    ['of the report', report],
  ])('is not looked for by an event %s', async (_, key) => {
    await putSongs();
    box.put(manifest, { name: 'There' });
    box.calls.length = 0;
    expect(await event(key)).toEqual({ verdict: 'none' });
    expect(box.calls).toEqual([]);
  });

  it('that is gone by the time its event comes starts nothing', async () => {
    await putSongs();
    expect(await event(manifest)).toEqual({ verdict: 'none' });
    box.put(manifest, { name: 'Gone' });
    box.at('has', () => box.remove(manifest));
    expect(await event(manifest)).toEqual({ verdict: 'none' });
  });
});

describe('a manifest of the kind batch', () => {
  const batch = (name: string, more: object = {}) => ({ kind: 'batch', name, ...more });
  const listOf = (input: unknown) => box.json(String(Object(input).list));

  it('starts a batch on one file or more, whose names it writes down beside the audio of the session', async () => {
    await putSongs(['b.mp3', 'a.wav', 'notes.txt']);
    expect(await put('manifest.json', batch('Voices'))).toMatchObject({ verdict: 'started' });
    const list = expect.stringMatching(/^audio\/[0-9a-f-]{36}\/files\./);
    expect(started()).toEqual([
      { kind: 'batch', name: 'Voices', list, owner: 'studio', startedBy: 'manifest' },
    ]);
    expect(machine.kinds).toEqual(['batch']);
    expect(listOf(started()[0])).toEqual({ folder, files: ['b.mp3', 'a.wav'] });
  });

  it('starts it on thousands, by their names alone', async () => {
    const names = Array.from({ length: 9999 }, (_, index) => `${'long name '.repeat(5)}${index}.mp3`);
    for (const name of names) box.put(folder + name, 'bytes');
    await put('manifest.json', batch('Many', { audio: names }));
    expect(listOf(started()[0])).toEqual({ folder, files: names });
    // What an execution takes as its input (documented).
    expect(JSON.stringify(started()[0]).length).toBeLessThan(256 * 1024);
  });

  it('starts once, however often its event comes', async () => {
    await putSongs();
    box.put(manifest, batch('Once'));
    await Promise.all([1, 2, 3, 4, 5].map(() => event(manifest)));
    await put('7.mp3');
    expect(machine.started).toHaveLength(1);
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
    for (let index = 0; index < files; index++) box.put(`${folder}${index}.mp3`, 'bytes');
    expect(await put('manifest.json', batch('A', more))).toMatchObject({ verdict: 'refused' });
    expect(problems()).toEqual(expected);
    expect(machine.started).toEqual([]);
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
  box.calls.length = 0;
  await put('7.mp3');
  expect(box.calls).toEqual(['has']);
});

describe('a manifest that comes before its audio', () => {
  it('is told once to be incomplete, followed by its report, and started with the last file', async () => {
    await put('manifest.json', { name: 'Early', audio: songs });
    for (const [index, song] of songs.entries()) {
      expect(problems()).toHaveLength(songs.length - index);
      await put(song);
    }
    expect(started()).toMatchObject([{ name: 'Early' }]);
    expect(box.json(report)).toBeUndefined();
    expect(told).toMatchObject([{ type: 'Manifest refused', schema: 1, bucket: 'audio', manifest }]);
  });

  it('leaves no report behind when the last file comes while the report is written', async () => {
    box.put(manifest, { name: 'Race' });
    for (const song of songs.slice(1)) box.put(folder + song, 'bytes');
    // The event of the last file is faster: it starts, and finds no report to remove.
    box.at('write', () => box.put(folder + songs[0], 'bytes'));
    expect(await event(manifest)).toMatchObject({ verdict: 'started' });
    expect(box.json(report)).toBeUndefined();
    expect(machine.started).toHaveLength(1);
  });

  it('is not refused any more once it has started, whatever becomes of its files', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Started', audio: songs });
    box.remove(folder + songs[0]);
    expect(await event(manifest)).toMatchObject({ verdict: 'started' });
    expect(box.json(report)).toBeUndefined();
  });
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
      [text('minClips', 'is 2: the provider trains on at least 6, at most 24 are taken')],
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
      Array.from({ length: 25 }, (_, index) => `${index}.mp3`),
      [text('folder', 'holds 25 files that are named as audio: at most 24 are taken; name those in "audio"')],
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
    expect(box.json(report)).toEqual({
      manifest,
      versionId: expect.stringMatching(/^v\d+$/),
      at: testMoment,
      problems: expected,
    });
    expect(told).toEqual([
      { type: 'Manifest refused', schema: 1, bucket: 'audio', ...(box.json(report) as object) },
    ]);
    expect(machine.started).toEqual([]);
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

  it('the same report is written once, and the event put once, however often it is looked at', async () => {
    await put('manifest.json', { name: 'A' });
    const written = () => box.calls.filter((call) => call === 'write').length;
    await event(manifest);
    await put('cover.jpg');
    expect({ written: written(), told: told.length }).toEqual({ written: 1, told: 1 });
    // A new version with the same mistake is a new one.
    await put('manifest.json', { name: 'A' });
    expect({ written: written(), told: told.length }).toEqual({ written: 2, told: 2 });
  });

  it('an event that is not taken is put again with the next look, and no report hides it', async () => {
    refusesEvents = true;
    await expect(put('manifest.json', { name: 'A' })).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(box.json(report)).toBeUndefined();
    refusesEvents = false;
    await event(manifest);
    expect(told).toHaveLength(1);
  });

  it('something else of that name is written over', async () => {
    box.put(report, 'my own notes');
    await put('manifest.json', { name: 'A' });
    expect(problems()).toHaveLength(1);
  });

  it('a corrected one removes it', async () => {
    await putSongs();
    await put('manifest.json', '{');
    await put('manifest.json', { name: 'Corrected' });
    expect(box.json(report)).toBeUndefined();
    expect(started()).toMatchObject([{ name: 'Corrected' }]);
  });
});
