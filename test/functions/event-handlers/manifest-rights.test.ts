import { describe, expect, it } from 'vitest';
import { rightsSentence } from '../../../functions/shared/rights-sentence.ts';
import { newSceneForEach, problems, put, putSongs, report, scene, started } from './manifest-scene.ts';

newSceneForEach();

describe('a manifest at a paid provider', () => {
  const asks = () => {
    scene.asksForRights = true;
  };

  it.each(['train', 'batch'])(
    'of kind %s without the rights starts nothing: its report says what to confirm, and how',
    async (kind) => {
      asks();
      await putSongs();
      await put('manifest.json', { kind, name: 'Night Drive' });
      expect(started()).toEqual([]);
      expect(problems()).toEqual([
        {
          where: 'rights',
          message: expect.stringContaining(`"${rightsSentence}" put "rights": true into the manifest`),
        },
      ]);
      // As the report says.
      await put('manifest.json', { kind, name: 'Night Drive', rights: true });
      expect(started()).toEqual([
        expect.objectContaining({ rights: true, owner: 'studio', startedBy: 'manifest' }),
      ]);
      expect(scene.box.json(report)).toBeUndefined();
    },
  );

  it('whose files are still to come is refused at once for its missing rights', async () => {
    asks();
    await put('manifest.json', {
      name: 'Night Drive',
      audio: ['1.mp3', '2.wav', '3 b.FLAC', '4+.ogg', '5 é.m4a', '6.mp3'],
    });
    expect(scene.slept).toEqual([]);
    expect(problems()).toContainEqual(expect.objectContaining({ where: 'rights' }));
  });

  it('starts without them where the stage does not ask', async () => {
    await putSongs();
    await put('manifest.json', { name: 'Night Drive' });
    expect(started()).toHaveLength(1);
  });
});
