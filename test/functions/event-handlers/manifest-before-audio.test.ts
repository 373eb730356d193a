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

describe('a manifest that comes before its audio', () => {
  const early = { name: 'Early', audio: songs };

  it('waits for the files that it lists, and starts with the last one, without a report', async () => {
    const coming = [...songs];
    // Each file's own event is looked at as well.
    scene.meanwhile = async () => {
      const next = coming.shift();
      if (next !== undefined) await put(next);
    };
    expect(await put('manifest.json', early)).toMatchObject({ verdict: 'started' });
    expect(scene.slept).toHaveLength(6);
    expect(started()).toMatchObject([{ audio: songs.map((name) => `s3://audio/${folder}${name}`) }]);
    expect({ told: scene.told, report: scene.box.json(report) }).toEqual({ told: [], report: undefined });
  });

  it('reports after four minutes what is missing, once on the bus, and starts with the last file all the same', async () => {
    expect(await put('manifest.json', early)).toEqual({ verdict: 'refused', problems: 6 });
    expect(scene.slept.reduce((sum, seconds) => sum + seconds)).toBe(240);
    for (const [index, song] of songs.entries()) {
      expect(problems()).toHaveLength(songs.length - index);
      await put(song);
    }
    expect(started()).toMatchObject([{ name: 'Early' }]);
    expect(scene.box.json(report)).toBeUndefined();
    expect(scene.told).toMatchObject([{ type: 'Manifest rejected', schema: 1, bucket: 'audio', manifest }]);
  });

  it('is left to its own event by those of its files', async () => {
    scene.box.put(manifest, early);
    expect(await put('1.mp3')).toEqual({ verdict: 'waiting' });
    expect({ slept: scene.slept, told: scene.told, report: scene.box.json(report) }).toEqual({
      slept: [],
      told: [],
      report: undefined,
    });
  });

  it.each([
    ['cannot be read', '{'],
    ['has no file to wait for', { name: 'Few' }],
  ])('does not wait where it %s', async (_, content) => {
    expect(await put('manifest.json', content)).toEqual({ verdict: 'refused', problems: 1 });
    expect(scene.slept).toEqual([]);
  });

  it('does not wait where something else is wrong as well', async () => {
    await put('manifest.json', { ...early, minClips: 2 });
    expect(scene.slept).toEqual([]);
    expect(problems()).toHaveLength(7);
  });

  it('leaves no report behind when the last file comes while the report is written', async () => {
    scene.box.put(manifest, { name: 'Race' });
    for (const song of songs.slice(1)) scene.box.put(folder + song, 'bytes');
    // The event of the last file is faster: it starts, and finds no report to remove.
    scene.box.at('write', () => scene.box.put(folder + songs[0], 'bytes'));
    expect(await event(manifest)).toMatchObject({ verdict: 'started' });
    expect(scene.box.json(report)).toBeUndefined();
    expect(scene.machine.started).toHaveLength(1);
  });

  it('leaves no report behind when another event has started it while the report is written', async () => {
    scene.box.put(manifest, { name: 'Overtaken' });
    for (const song of songs.slice(1)) scene.box.put(folder + song, 'bytes');
    const { write } = scene.box.inbox;
    let overtaken = false;
    Object.assign(scene.box.inbox, {
      write: async (key: string, json: object) => {
        if (!overtaken && key === report) {
          overtaken = true;
          await put(songs[0] ?? '');
        }
        return write(key, json);
      },
    });
    expect(await event(manifest)).toMatchObject({ verdict: 'started' });
    expect(scene.machine.started).toHaveLength(1);
    expect(scene.box.json(report)).toBeUndefined();
  });

  it('waits also where the report of an earlier manifest still lies beside it', async () => {
    await put('manifest.json', { name: 'A', audio: [] });
    expect(problems()).toHaveLength(1);
    scene.meanwhile = () => putSongs();
    expect(await put('manifest.json', early)).toMatchObject({ verdict: 'started' });
    expect(scene.told).toHaveLength(1);
    expect(scene.box.json(report)).toBeUndefined();
  });

  it('is not rejected any more once it has started, even if its files change', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Started', audio: songs });
    scene.box.remove(folder + songs[0]);
    expect(await event(manifest)).toMatchObject({ verdict: 'started' });
    expect(scene.box.json(report)).toBeUndefined();
  });
});
