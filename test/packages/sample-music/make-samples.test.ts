import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLocalFile } from '../../../cli/local-file.ts';
import { defaultSettings } from '../../../functions/shared/settings.ts';
import { inspectAudio } from '../../../packages/audio-inspection/inspect-audio.ts';
import { makeSamples } from '../../../packages/sample-music/make-samples.ts';
import { line, pitch, strokes } from '../../../packages/sample-music/score.ts';

let directory: string;
let paths: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chirpsmith-samples-'));
  paths = await makeSamples(directory);
});

afterAll(() => rm(directory, { recursive: true }));

/** The samples of a 16-bit WAV as numbers in [-1, 1], all channels together. */
async function samplesOf(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  const samples = new Float32Array((bytes.length - 44) / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(44 + 2 * i) / 32_768;
  return samples;
}

/** How a piece's loudness spreads over the twelve tones of the octave: what key and harmony look like. */
function tones(samples: Float32Array): number[] {
  const windowSize = 8192;
  const energies = Array.from({ length: 12 }, () => 0);
  for (let start = 0; start + windowSize <= samples.length; start += windowSize * 16) {
    for (let tone = 0; tone < 48; tone++) {
      // Goertzel: the energy at one frequency, from C3 up over four octaves.
      const factor = 2 * Math.cos((2 * Math.PI * 130.81 * 2 ** (tone / 12)) / 22_050);
      let before = 0;
      let last = 0;
      for (let i = start; i < start + windowSize; i++) {
        [before, last] = [last, (samples[i] ?? 0) + factor * last - before];
      }
      energies[tone % 12] = (energies[tone % 12] ?? 0) + last ** 2 + before ** 2 - factor * last * before;
    }
  }
  const all = Math.hypot(...energies);
  return energies.map((energy) => energy / all);
}

test('there are eight pieces, each usable and about 20 s long', async () => {
  expect(paths).toHaveLength(8);
  for (const path of paths) {
    const file = await openLocalFile(path);
    const found = await inspectAudio(file.source, defaultSettings.limits);
    await file.close();
    expect(found, path).toMatchObject({ usable: true, format: 'WAV' });
    expect(found).not.toHaveProperty('warning');
    if (found.usable) expect(Math.abs(found.durationSeconds - 20.5), path).toBeLessThan(2);
  }
});

test('together they are small enough to be made at every first run', async () => {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(12 * 1024 * 1024);
});

test('each can be heard all the way through, and none is clipped', async () => {
  for (const path of paths) {
    const samples = await samplesOf(path);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest, path).toBeGreaterThan(0.5);
    expect(loudest, path).toBeLessThan(0.95);
    // No two seconds of silence before the piece rings out.
    const step = 22_050 * 2;
    for (let start = 0; start + step < samples.length * 0.88; start += step) {
      const part = samples.subarray(start, start + step);
      const energy = part.reduce((sum, sample) => sum + sample * sample, 0) / part.length;
      expect(Math.sqrt(energy), `${path} at sample ${start}`).toBeGreaterThan(0.01);
    }
  }
});

test('no two are alike, neither in their bytes nor in their tones', async () => {
  const hashes = new Set<string>();
  const profiles: number[][] = [];
  for (const path of paths) {
    hashes.add(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
    profiles.push(tones(await samplesOf(path)));
  }
  expect(hashes.size).toBe(8);
  profiles.forEach((profile, i) => {
    for (const [j, other] of profiles.entries()) {
      if (j <= i) continue;
      const likeness = profile.reduce((sum, energy, tone) => sum + energy * (other[tone] ?? 0), 0);
      expect(likeness, `${basename(paths[i] ?? '')} and ${basename(paths[j] ?? '')}`).toBeLessThan(0.97);
    }
  });
});

test('pieces that are there are kept, and only a missing or unfinished one is made again, the same', async () => {
  const [first = '', second = ''] = paths;
  const before = await readFile(first);
  const old = new Date('2026-01-01');
  await utimes(second, old, old);
  await truncate(first, 1000);
  expect(await makeSamples(directory)).toEqual(paths);
  expect(await readFile(first)).toEqual(before);
  expect((await stat(second)).mtime).toEqual(old);
});

describe('scores', () => {
  test('pitches are counted as MIDI counts them', () => {
    expect(['A4', 'C4', 'F#3', 'Bb5'].map(pitch)).toEqual([69, 60, 54, 82]);
    expect(() => pitch('H4')).toThrow('not a pitch: H4');
  });

  test('a line is read from left to right, with chords and rests', () => {
    expect(line('C4 1 - .5 E4+G4 2', 4)).toEqual([
      { start: 4, length: 1, pitch: 60 },
      { start: 5.5, length: 2, pitch: 64 },
      { start: 5.5, length: 2, pitch: 67 },
    ]);
    expect(() => line('C4 D4')).toThrow('not a length: D4');
  });

  test('strokes fall where the pattern has an x', () => {
    expect(strokes('x..x', 0.25).map(({ start }) => start)).toEqual([0, 0.75]);
  });
});
