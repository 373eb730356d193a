import { describe, expect, it } from 'vitest';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { fakeInbox } from '../../../test-support/fake-inbox.ts';
import { testMoment } from '../../../test-support/session-records.ts';
import {
  day,
  event,
  folder,
  late,
  manifest,
  newSceneForEach,
  note,
  problems,
  put,
  putSongs,
  report,
  scene,
  songs,
  started,
} from './manifest-scene.ts';

newSceneForEach();

describe('a manifest beside audio', () => {
  it('starts an execution on all audio of its folder, in the name of the owner', async () => {
    await putSongs([...songs, 'cover.jpg', '.DS_Store', '._1.mp3', 'README']);
    expect(scene.machine.started).toEqual([]);
    expect(await put('manifest.json', { name: 'Night Drive' })).toMatchObject({ verdict: 'started' });
    expect(started()).toEqual([
      {
        name: 'Night Drive',
        audio: songs.map((name) => `s3://audio/${folder}${name}`),
        owner: 'studio',
        startedBy: 'manifest',
      },
    ]);
    expect(scene.machine.started[0]).toMatch(/^inbox-[0-9a-f]{40} /);
    expect({ told: scene.told, report: scene.box.json(report) }).toEqual({ told: [], report: undefined });
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
    scene.box.put(manifest, { name: 'Once' });
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => event(manifest)));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(scene.machine.started).toHaveLength(1);
    await scene.machine.executions.stop(
      scene.machine.executions.arnOf(scene.machine.started[0]?.split(' ')[0] ?? '', 'train'),
    );
    await event(manifest);
    await put('7.mp3');
    expect(scene.machine.started).toHaveLength(1);
  });

  it('starts once more when another version of it is put there', async () => {
    await putSongs();
    await put('manifest.json', { name: 'First' });
    await put('manifest.json', { name: 'Second' });
    // Out of order: the first one's event comes again, when the second is there.
    await event(manifest);
    expect(started()).toMatchObject([{ name: 'First' }, { name: 'Second' }]);
  });

  it.each([
    ['that says the same', { 'inbox/a/': 'Same', 'inbox/b/': 'Same' }],
    ['of the same version: S3 makes these up for each key', { 'inbox/a/': 'A', 'inbox/b/': 'B' }],
  ])('starts beside one in another folder %s', async (_, names) => {
    for (const [other, name] of Object.entries(names)) {
      scene.box = fakeInbox();
      for (const song of songs) scene.box.put(other + song, 'bytes');
      scene.box.put(`${other}manifest.json`, { name });
      await event(`${other}manifest.json`);
    }
    expect(started()).toMatchObject(Object.values(names).map((name) => ({ name })));
  });

  it.each([
    ['outside the inbox', 'audio/manifest.json'],
    ['of a file whose folder only ends like one of the inbox', `audio/${folder}1.mp3`],
    ['of a folder alone', folder],
    ['of a folder in its folder', `${folder}more/`],
    ['of the report', report],
    ['of the note of the start', `${folder}manifest.started.json`],
    ['of the report on late files', late],
  ])('is not looked for by an event %s', async (_, key) => {
    await putSongs();
    scene.box.put(manifest, { name: 'There' });
    scene.box.calls.length = 0;
    expect(await event(key)).toEqual({ verdict: 'none' });
    expect(scene.box.calls).toEqual([]);
  });

  it('that is gone by the time its event comes starts nothing', async () => {
    await putSongs();
    expect(await event(manifest)).toEqual({ verdict: 'none' });
    scene.box.put(manifest, { name: 'Gone' });
    scene.box.at('find', () => void scene.box.remove(manifest));
    expect(await event(manifest)).toEqual({ verdict: 'none' });
  });
});

describe('the same manifest', () => {
  it('starts one session, however often it is put there, and in whichever order its fields are', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Once', minClips: 6, audio: songs });
    scene.now += 60_000;
    const again = { kind: 'train', audio: songs, minClips: 6, name: 'Once' };
    expect(await put('manifest.json', again)).toMatchObject({ verdict: 'started' });
    await put('manifest.json', JSON.stringify(again, undefined, 2));
    expect(scene.machine.started).toHaveLength(1);
    expect(scene.told).toEqual([]);
  });

  it('says beside it what was started, and how to start another one; which it then does, once', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Twice' });
    expect(scene.box.json(note)).toMatchObject({
      advice: expect.stringContaining('put "again": 2 into it'),
      starts: [{ execution: scene.machine.started[0]?.split(' ')[0], startedAt: testMoment, files: songs }],
    });
    for (let time = 1; time <= 2; time++) await put('manifest.json', { name: 'Twice', again: 2 });
    expect(scene.machine.started).toHaveLength(2);
    expect(started()[1]).toEqual(started()[0]);
    await put('manifest.json', { name: 'Twice' });
    expect(scene.machine.started).toHaveLength(2);
    await put('manifest.json', { name: 'Twice', again: 1 });
    expect(problems()).toMatchObject([{ where: 'again' }]);
  });

  it('makes each version of what lies beside it once: where nothing changed, nothing is written or deleted', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Quiet' });
    await event(manifest);
    await put('cover.jpg');
    expect(scene.box.calls.filter((call) => call === 'write')).toHaveLength(1);
    expect(scene.box.calls).not.toContain('remove');
  });

  it('names its files in the note again when it is put there again after another one has started', async () => {
    await putSongs();
    for (const again of [1, 2, 1]) await put('manifest.json', { name: 'Back', ...(again > 1 && { again }) });
    expect(scene.machine.started).toHaveLength(2);
    const [second, first] = Object(scene.box.json(note)).starts;
    expect(second).not.toHaveProperty('files');
    expect(first).toMatchObject({ execution: scene.machine.started[0]?.split(' ')[0], files: songs });
  });

  it('that is there again when its execution is forgotten and its files are not noted any more is left alone', async () => {
    await putSongs();
    for (const again of [1, 2]) await put('manifest.json', { name: 'Old', ...(again > 1 && { again }) });
    scene.machine = fakeExecutions();
    await put('manifest.json', { name: 'Old' });
    expect(scene.machine.started).toEqual([]);
    scene.box.calls.length = 0;
    expect(await event(manifest)).toMatchObject({ verdict: 'started' });
    expect(scene.box.calls).not.toContain('write');
    expect(scene.box.json(late)).toBeUndefined();
  });

  it('starts nothing when its execution is forgotten and a file comes', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Old' });
    scene.now += 91 * day;
    scene.machine = fakeExecutions();
    expect(await put('7.mp3')).toMatchObject({ verdict: 'started' });
    expect(scene.machine.started).toEqual([]);
    // The note is written anew with the manifest, and so is deleted after it.
    await put('manifest.json', { name: 'Old' });
    expect(scene.machine.started).toEqual([]);
    expect(scene.box.json(note)).toMatchObject({
      starts: [{ manifestAt: new Date(scene.now).toISOString() }],
    });
  });

  it('writes the note of a start that an earlier event could not write', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Unnoted' });
    scene.box.remove(note);
    await event(manifest);
    expect(scene.machine.started).toHaveLength(1);
    expect(scene.box.json(note)).toMatchObject({ starts: [{ execution: expect.stringMatching(/^inbox-/) }] });
  });

  it('that lay there for 30 days without a start is not started by a file; put there again, it is', async () => {
    await putSongs(songs.slice(1));
    await put('manifest.json', { name: 'Forgotten' });
    scene.now += 30 * day - 1000;
    expect(await put('cover.jpg')).toMatchObject({ verdict: 'refused' });
    expect(problems()).toMatchObject([{ where: 'folder' }]);
    scene.now += 1000;
    await put(songs[0] ?? '');
    expect(problems()).toEqual([
      {
        where: 'manifest.json',
        message: 'was put here 30 days ago, too long ago to start now: put it here again',
      },
    ]);
    expect(scene.machine.started).toEqual([]);
    await put('manifest.json', { name: 'Forgotten' });
    expect(scene.machine.started).toHaveLength(1);
  });

  it('that nobody looked at for 30 days gets its report from the first file that comes', async () => {
    scene.box.put(manifest, { name: 'Unseen' });
    scene.now += 30 * day;
    expect(await put('1.mp3')).toEqual({ verdict: 'refused', problems: 1 });
    expect(problems()).toMatchObject([{ where: 'manifest.json' }]);
  });
});

describe('audio that comes after the start', () => {
  const lateFiles = () => {
    const found = scene.box.json(late);
    return found && Object(found).files.map(({ where }: { where: string }) => where);
  };

  it('is reported beside a manifest without a list, and trained on when the report is followed', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Late' });
    for (const name of ['7.mp3', 'cover.jpg', '8.mp3']) await put(name);
    expect(lateFiles()).toEqual(['7.mp3', '8.mp3']);
    expect(scene.box.json(late)).toMatchObject({
      execution: scene.machine.started[0]?.split(' ')[0],
      startedAt: testMoment,
      files: [{ message: 'came after the start: it is not in the session' }, {}],
      advice: expect.stringContaining('put "again": 2 into it'),
    });
    await put('manifest.json', { name: 'Late', again: 2 });
    expect(started()).toHaveLength(2);
    expect(Object(started()[1]).audio).toHaveLength(8);
    expect(scene.box.json(late)).toBeUndefined();
  });

  it('is recognised by its execution, when the note of the start is gone', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Note gone' });
    scene.box.remove(note);
    await put('7.mp3');
    expect(lateFiles()).toEqual(['7.mp3']);
    expect(scene.box.json(note)).toMatchObject({ starts: [{ files: songs }] });
  });

  it('is left to the next event when more comes at each of ten looks', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Flood' });
    const { write } = scene.box.inbox;
    let looks = 0;
    Object.assign(scene.box.inbox, {
      write: async (key: string, json: object) => {
        await write(key, json);
        looks += 1;
        if (looks < 30) scene.box.put(`${folder}late ${looks}.mp3`, 'bytes');
      },
    });
    await expect(put('7.mp3')).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(looks).toBe(10);
  });

  it('is looked for by events of audio and of the manifest, not by those of other files', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Cover' });
    scene.box.calls.length = 0;
    await put('cover.jpg');
    expect(scene.box.calls).not.toContain('list');
  });

  it('is reported where it takes the place of a file of the session', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Replaced', audio: songs });
    scene.now += 60_000;
    await put(songs[2] ?? '');
    await put('7.mp3');
    expect(lateFiles()).toEqual([songs[2]]);
    expect(scene.machine.started).toHaveLength(1);
  });

  it('is not reported for events of files that were there, late and out of order', async () => {
    await putSongs();
    await put('manifest.json', { name: 'All there' });
    for (const song of songs) await event(folder + song);
    expect(lateFiles()).toBeUndefined();
  });
});
