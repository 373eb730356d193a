import { beforeEach, describe, expect, it } from 'vitest';
import { startFromManifest } from '../../../functions/events/start-from-manifest/start-from-manifest.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { fakeExecutions } from '../../fake-executions.ts';
import { settings, testMoment } from '../../session-records.ts';
import { fakeInbox } from './fake-inbox.ts';

const folder = 'inbox/Night Drive + café/';
const manifest = `${folder}manifest.json`;
const report = `${folder}manifest.error.json`;
const late = `${folder}manifest.late.json`;
const note = `${folder}manifest.started.json`;
const day = 24 * 60 * 60 * 1000;
const songs = ['1.mp3', '2.wav', '3 b.FLAC', '4+.ogg', '5 é.m4a', '6.mp3'];

let box: ReturnType<typeof fakeInbox>;
let machine: ReturnType<typeof fakeExecutions>;
let told: Record<string, unknown>[];
let refusesEvents: boolean;
let now: number;
let slept: number[];
/** Happens while somebody waits. */
let meanwhile: () => void | Promise<void>;
beforeEach(() => {
  now = Date.parse(testMoment);
  slept = [];
  meanwhile = () => {};
  box = fakeInbox(() => new Date(now).toISOString());
  machine = fakeExecutions({}, () => now);
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
      now: () => new Date(now).toISOString(),
      sleep: async (seconds) => {
        slept.push(seconds);
        now += seconds * 1000;
        await meanwhile();
      },
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
    ['of a folder alone', folder],
    ['of the report', report],
    ['of the note of the start', `${folder}manifest.started.json`],
    ['of the report on late files', late],
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
    box.at('find', () => void box.remove(manifest));
    expect(await event(manifest)).toEqual({ verdict: 'none' });
  });
});

describe('the same manifest', () => {
  it('starts one session, however often it is put there, and in whichever order its fields are', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Once', minClips: 6, audio: songs });
    now += 60_000;
    const again = { kind: 'train', audio: songs, minClips: 6, name: 'Once' };
    expect(await put('manifest.json', again)).toMatchObject({ verdict: 'started' });
    await put('manifest.json', JSON.stringify(again, undefined, 2));
    expect(machine.started).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it('says beside it what was started, and how to start another one; which it then does, once', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Twice' });
    expect(box.json(note)).toMatchObject({
      advice: expect.stringContaining('put "again": 2 into it'),
      starts: [{ execution: machine.started[0]?.split(' ')[0], startedAt: testMoment, files: songs }],
    });
    for (let time = 1; time <= 2; time++) await put('manifest.json', { name: 'Twice', again: 2 });
    expect(machine.started).toHaveLength(2);
    expect(started()[1]).toEqual(started()[0]);
    await put('manifest.json', { name: 'Twice' });
    expect(machine.started).toHaveLength(2);
    await put('manifest.json', { name: 'Twice', again: 1 });
    expect(problems()).toMatchObject([{ where: 'again' }]);
  });

  it('starts nothing when its execution is forgotten and a file comes', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Old' });
    now += 91 * day;
    machine = fakeExecutions();
    expect(await put('7.mp3')).toMatchObject({ verdict: 'started' });
    expect(machine.started).toEqual([]);
    // The note is written anew with the manifest, and so is deleted after it.
    await put('manifest.json', { name: 'Old' });
    expect(machine.started).toEqual([]);
    expect(box.json(note)).toMatchObject({ starts: [{ manifestAt: new Date(now).toISOString() }] });
  });

  it('writes the note of a start that an earlier event could not write', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Unnoted' });
    box.remove(note);
    await event(manifest);
    expect(machine.started).toHaveLength(1);
    expect(box.json(note)).toMatchObject({ starts: [{ execution: expect.stringMatching(/^inbox-/) }] });
  });

  it('that lay there for 30 days without a start is not started by a file; put there again, it is', async () => {
    await putSongs(songs.slice(1));
    await put('manifest.json', { name: 'Forgotten' });
    now += 30 * day - 1000;
    expect(await put('cover.jpg')).toMatchObject({ verdict: 'refused' });
    expect(problems()).toMatchObject([{ where: 'folder' }]);
    now += 1000;
    await put(songs[0] ?? '');
    expect(problems()).toEqual([
      {
        where: 'manifest.json',
        message: 'was put here 30 days ago, too long ago to start now: put it here again',
      },
    ]);
    expect(machine.started).toEqual([]);
    await put('manifest.json', { name: 'Forgotten' });
    expect(machine.started).toHaveLength(1);
  });
});

describe('audio that comes after the start', () => {
  const lateFiles = () => {
    const found = box.json(late);
    return found && Object(found).files.map(({ where }: { where: string }) => where);
  };

  it('is reported beside a manifest without a list, and trained on when the report is followed', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Late' });
    for (const name of ['7.mp3', 'cover.jpg', '8.mp3']) await put(name);
    expect(lateFiles()).toEqual(['7.mp3', '8.mp3']);
    expect(box.json(late)).toMatchObject({
      execution: machine.started[0]?.split(' ')[0],
      startedAt: testMoment,
      files: [{ message: 'came after the start: it is not in the session' }, {}],
      advice: expect.stringContaining('put "again": 2 into it'),
    });
    await put('manifest.json', { name: 'Late', again: 2 });
    expect(started()).toHaveLength(2);
    expect(Object(started()[1]).audio).toHaveLength(8);
    expect(box.json(late)).toBeUndefined();
  });

  it('is reported where it takes the place of a file of the session', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Replaced', audio: songs });
    now += 60_000;
    await put(songs[2] ?? '');
    await put('7.mp3');
    expect(lateFiles()).toEqual([songs[2]]);
    expect(machine.started).toHaveLength(1);
  });

  it('is not reported for events of files that were there, late and out of order', async () => {
    await putSongs();
    await put('manifest.json', { name: 'All there' });
    for (const song of songs) await event(folder + song);
    expect(lateFiles()).toBeUndefined();
  });
});

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
    expect(told).toMatchObject([{ type: 'Manifest refused', manifest: folder + name }]);
    // As the report says.
    await put('manifest.json', { name: 'Nearly' });
    expect(machine.started).toHaveLength(1);
    expect(box.json(report)).toBeUndefined();
  });

  it.each(['Inbox/', 'INBOX/', '/inbox/'])('gets a report in %s, which is not the inbox', async (root) => {
    const key = `${root}night/manifest.json`;
    box.put(key, { name: 'Elsewhere' });
    expect(await event(key)).toMatchObject({ verdict: 'refused' });
    expect(box.json(`${root}night/manifest.error.json`)).toMatchObject({
      manifest: key,
      problems: [{ where: root, message: expect.stringContaining('put the folder under inbox/') }],
    });
    // As the report says.
    for (const song of songs) box.put(`inbox/night/${song}`, 'bytes');
    box.put('inbox/night/manifest.json', { name: 'Elsewhere' });
    expect(await event('inbox/night/manifest.json')).toMatchObject({ verdict: 'started' });
  });

  it('gets a report where a manifest lies in no folder', async () => {
    box.put('inbox/manifest.json', { name: 'Nowhere' });
    await event('inbox/manifest.json');
    expect(box.json('inbox/manifest.error.json')).toMatchObject({
      problems: [{ where: 'manifest.json', message: expect.stringContaining('in a folder of inbox/') }],
    });
  });

  it('gets a report also where a manifest of the right name lies in the same folder, outside the inbox', async () => {
    box.put('Inbox/night/manifest.json', { name: 'Elsewhere' });
    expect(await event('Inbox/night/Manifest.json')).toMatchObject({ verdict: 'refused', problems: 2 });
    box.put('inbox/manifest.json', { name: 'Nowhere' });
    expect(await event('inbox/Manifest.json')).toMatchObject({ verdict: 'refused', problems: 2 });
    expect(box.json('inbox/manifest.error.json')).toMatchObject({ versionId: '' });
  });

  it('gets none beside a manifest of the right name', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Right' });
    expect(await put('manifest.json.txt')).toEqual({ verdict: 'none' });
    expect(box.json(report)).toBeUndefined();
  });

  it.each(['my manifest.json', 'manifesto.txt', 'manifest.mp3', 'manifest.wav'])(
    '%j is none',
    async (name) => {
      expect(await put(name)).toEqual({ verdict: 'none' });
      expect(box.json(report)).toBeUndefined();
    },
  );
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
  expect(box.calls).toEqual(['find']);
});

describe('a manifest that comes before its audio', () => {
  const early = { name: 'Early', audio: songs };

  it('waits for the files that it lists, and starts with the last one, without a report', async () => {
    const coming = [...songs];
    // Each file's own event is looked at as well.
    meanwhile = async () => {
      const next = coming.shift();
      if (next !== undefined) await put(next);
    };
    expect(await put('manifest.json', early)).toMatchObject({ verdict: 'started' });
    expect(slept).toHaveLength(6);
    expect(started()).toMatchObject([{ audio: songs.map((name) => `s3://audio/${folder}${name}`) }]);
    expect({ told, report: box.json(report) }).toEqual({ told: [], report: undefined });
  });

  it('reports after four minutes what is missing, once on the bus, and starts with the last file all the same', async () => {
    expect(await put('manifest.json', early)).toEqual({ verdict: 'refused', problems: 6 });
    expect(slept.reduce((sum, seconds) => sum + seconds)).toBe(240);
    for (const [index, song] of songs.entries()) {
      expect(problems()).toHaveLength(songs.length - index);
      await put(song);
    }
    expect(started()).toMatchObject([{ name: 'Early' }]);
    expect(box.json(report)).toBeUndefined();
    expect(told).toMatchObject([{ type: 'Manifest refused', schema: 1, bucket: 'audio', manifest }]);
  });

  it('is left to its own event by those of its files', async () => {
    box.put(manifest, early);
    expect(await put('1.mp3')).toEqual({ verdict: 'waiting' });
    expect({ slept, told, report: box.json(report) }).toEqual({ slept: [], told: [], report: undefined });
  });

  it('does not wait where something else is wrong as well', async () => {
    await put('manifest.json', { ...early, minClips: 2 });
    expect(slept).toEqual([]);
    expect(problems()).toHaveLength(7);
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

  it('leaves no report behind when another event has started it while the report is written', async () => {
    box.put(manifest, { name: 'Overtaken' });
    for (const song of songs.slice(1)) box.put(folder + song, 'bytes');
    const { write } = box.inbox;
    let overtaken = false;
    Object.assign(box.inbox, {
      write: async (key: string, json: object) => {
        if (!overtaken && key === report) {
          overtaken = true;
          await put(songs[0] ?? '');
        }
        return write(key, json);
      },
    });
    expect(await event(manifest)).toMatchObject({ verdict: 'started' });
    expect(machine.started).toHaveLength(1);
    expect(box.json(report)).toBeUndefined();
  });

  it('waits also where the report of an earlier manifest still lies beside it', async () => {
    await put('manifest.json', { name: 'A', audio: [] });
    expect(problems()).toHaveLength(1);
    meanwhile = () => putSongs();
    expect(await put('manifest.json', early)).toMatchObject({ verdict: 'started' });
    expect(told).toHaveLength(1);
    expect(box.json(report)).toBeUndefined();
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
    const said = {
      manifest,
      versionId: expect.stringMatching(/^v\d+$/),
      at: new Date(now).toISOString(),
      problems: expected,
    };
    expect(box.json(report)).toEqual({ ...said, content: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(told).toEqual([{ type: 'Manifest refused', schema: 1, bucket: 'audio', ...said }]);
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
    // The same once more, as by a client that got no response, is the same.
    await put('manifest.json', { name: 'A' });
    expect({ written: written(), told: told.length }).toEqual({ written: 1, told: 1 });
    await put('manifest.json', { name: 'B' });
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

  it('is left to the next event when its folder changes at each of ten looks', async () => {
    const { write } = box.inbox;
    let looks = 0;
    Object.assign(box.inbox, {
      write: async (key: string, json: object) => {
        await write(key, json);
        looks += 1;
        box.put(manifest, { name: `${looks}` });
      },
    });
    await expect(put('manifest.json', { name: '0' })).rejects.toMatchObject({
      name: 'StorageUnavailable',
      message: `${folder} changes faster than it can be looked at.`,
    });
    expect(looks).toBe(10);
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
