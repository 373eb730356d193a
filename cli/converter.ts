import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConversionTarget } from '../packages/audio-inspection/formats.ts';
import { UsageError } from './usage-error.ts';

const run = promisify(execFile);

/** Converts files into a folder of its own, which goes when the command ends; originals are only read. */
export interface Converter extends AsyncDisposable {
  /**
   * @param bitrate bits a second that the source has, where that is known: MP3 needs no more
   * @returns the path of the converted file
   * @throws ConversionFailure
   */
  convert(path: string, to: ConversionTarget, bitrate: number | undefined): Promise<string>;
}

/** ffmpeg could not convert a file; the message is a sentence for the user. */
export class ConversionFailure extends Error {
  override readonly name = 'ConversionFailure';
}

/** Longest conversion of one file, in milliseconds (a choice: half an hour of sound takes about one minute). */
const longest = 10 * 60_000;
/** kbit/s that MP3 can have. */
const mp3Rates = [64, 96, 128, 160, 192, 224, 256, 320];

const installed: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'brew install ffmpeg',
  win32: 'winget install ffmpeg',
};

/** The command that brings ffmpeg to a machine. */
export const howToGetFfmpeg = (platform: NodeJS.Platform) =>
  installed[platform] ?? 'sudo apt-get install ffmpeg';

/** The version of the ffmpeg on the PATH, as it names itself; `broken` when it is there and does not run. */
export async function ffmpegVersion(
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<string | 'missing' | 'broken'> {
  try {
    const { stdout } = await run('ffmpeg', ['-version'], { env, timeout: 10_000, ...(signal && { signal }) });
    return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'a version without a name';
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'broken';
  }
}

/**
 * Gets ready to convert with the ffmpeg of this machine.
 * @throws UsageError saying how to get ffmpeg where there is none
 */
export async function openConverter({
  env,
  signal,
}: {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}): Promise<Converter> {
  const found = await ffmpegVersion(env, signal);
  if (found === 'missing' || found === 'broken') {
    const message =
      found === 'missing'
        ? `It needs ffmpeg, which is not on the PATH of this machine. To get it: ${howToGetFfmpeg(process.platform)}`
        : 'The ffmpeg on the PATH of this machine does not run: try ffmpeg -version.';
    throw new UsageError('Nothing was started or spent: files cannot be converted.', [
      { where: '--convert', message },
    ]);
  }
  const folder = await mkdtemp(join(tmpdir(), 'chirpsmith-converted-'));
  let count = 0;
  return {
    async convert(path, to, bitrate) {
      const output = join(folder, `${++count}.${to}`);
      // The same file is to give the same bytes each time, so that it is known again: no dates, no versions.
      const fixed = ['-fflags', '+bitexact', '-flags:a', '+bitexact'];
      const args = [
        '-nostdin',
        '-v',
        'error',
        '-i',
        path,
        '-map',
        '0:a:0',
        ...fixed,
        ...codecOf(to, path, bitrate),
      ];
      try {
        await run('ffmpeg', [...args, output], { env, signal, timeout: longest });
      } catch (error) {
        signal.throwIfAborted();
        throw new ConversionFailure(`ffmpeg could not convert it: ${lastLine(error)}`);
      }
      return output;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function codecOf(to: ConversionTarget, path: string, bitrate: number | undefined): string[] {
  // Bits of DSD become samples of 24 bits: at the rate that ffmpeg would choose they would be ten times as large.
  if (to === 'flac') return ['-c:a', 'flac', ...(/\.(dsf|dff)$/i.test(path) ? ['-ar', '88200'] : [])];
  const wanted = mp3Rates.find((kilobits) => bitrate !== undefined && kilobits * 1000 >= bitrate) ?? 320;
  return ['-c:a', 'libmp3lame', '-b:a', `${wanted}k`];
}

/** What ffmpeg said last, without the path. */
function lastLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const line = said.trim().split('\n').at(-1) ?? '';
  return `${(line.split(': ').at(-1) || 'it gave no reason').replace(/\.$/, '')}.`;
}
