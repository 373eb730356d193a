import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineRoom } from './pieces/engine-room.ts';
import { eveningChorale } from './pieces/evening-chorale.ts';
import { fiveLanterns } from './pieces/five-lanterns.ts';
import { midnightShuffle } from './pieces/midnight-shuffle.ts';
import { morningArpeggio } from './pieces/morning-arpeggio.ts';
import { roundForThree } from './pieces/round-for-three.ts';
import { slowTide } from './pieces/slow-tide.ts';
import { villageWaltz } from './pieces/village-waltz.ts';
import { framesOf, render } from './render.ts';
import type { Piece } from './score.ts';
import { sampleRate } from './voices.ts';
import { wavFile, wavSize } from './wav-file.ts';

const pieces: readonly Piece[] = [
  morningArpeggio,
  villageWaltz,
  midnightShuffle,
  fiveLanterns,
  eveningChorale,
  engineRoom,
  roundForThree,
  slowTide,
];

/**
 * Puts eight short pieces of music, about 20 s each, into `directory` as 16-bit PCM WAV files, and gives their
 * paths. Always the same bytes; files that are there already are kept.
 */
export async function makeSamples(directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const paths: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const path = join(directory, `${String(index + 1).padStart(2, '0')} ${piece.title}.wav`);
    const size = wavSize(framesOf(piece), piece.channels);
    if (!(await isThere(path, size))) {
      // Another name first: a file that was left half-written is never taken for a piece.
      const unfinished = `${path}.${process.pid}.part`;
      await writeFile(unfinished, wavFile(render(piece), sampleRate), { mode: 0o600 });
      await rename(unfinished, path);
    }
    paths.push(path);
  }
  return paths;
}

async function isThere(path: string, size: number): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true && stats.size === size;
}
