import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings } from '../functions/shared/settings.ts';
import { homeDirectory } from '../local/index.ts';
import { mayHoldAudio } from '../packages/audio-inspection/formats.ts';
import { checkFiles, doubtsAbout, type UsableFile } from './check-files.ts';
import type { CommandContext } from './command.ts';
import type { TrainArguments } from './commands/train.ts';
import type { Converter } from './converter.ts';
import { findFiles } from './find-files.ts';
import { localFiles } from './inspect-local-file.ts';
import { counted } from './output/format.ts';
import { UsageError } from './usage-error.ts';
import { userDirectory } from './user-directory.ts';

/**
 * Finds and checks the files to train on, or makes the samples when none are named. Different bytes first
 * come first; further files with the same bytes stay in the list, marked.
 * @throws UsageError naming every file that cannot be used
 */
export async function chooseFiles(
  args: TrainArguments,
  context: CommandContext,
  converter?: Converter,
): Promise<readonly UsableFile[]> {
  if (args.paths.length > 0) return usableFiles(args.paths, args, context, converter);
  const { display, env } = context;
  const { makeSamples } = await import('../packages/sample-music/make-samples.ts');
  const kept = !args.dryRun;
  const folder = kept
    ? join(homeDirectory(env), 'samples')
    : await mkdtemp(join(tmpdir(), 'chirpsmith-samples-'));
  try {
    const files = await makeSamples(folder);
    display.emit({ event: 'samples.made', folder, files: files.length, kept });
    return await usableFiles(files, args, context);
  } finally {
    if (!kept) await rm(folder, { recursive: true, force: true });
  }
}

async function usableFiles(
  paths: readonly string[],
  args: TrainArguments,
  { display, env, signal }: CommandContext,
  converter?: Converter,
): Promise<readonly UsableFile[]> {
  const { limits } = defaultSettings;
  const { minClips = limits.minClips } = args;
  const { files, skipped, problems } = await findFiles(paths, userDirectory(env));
  display.emit({ event: 'files.found', files: files.map(({ name }) => name) });
  for (const file of skipped) display.emit({ event: 'file.skipped', ...file });

  const { usable, rejected } = await checkFiles(files, limits, {
    inspector: localFiles,
    converter,
    emit: display.emit,
    signal,
  });
  const different = usable.filter(({ duplicateOf }) => duplicateOf === undefined);
  const named = rejected.map(({ file, reason }) => ({ where: file, message: reason }));
  const all = [...problems, ...named];
  const counts = { usable: different.length, needed: minClips };
  const reject = (message: string) => new UsageError(message, all, counts);

  if (problems.length > 0) {
    throw reject('Nothing was started or spent: some of the paths lead nowhere.');
  }
  if (rejected.length > 0 && !args.skipInvalid) {
    const rest =
      different.length >= minClips
        ? ` The other ${different.length} are fine: mend these, leave them out, or add --skip-invalid.`
        : ` The other ${different.length} are too few: ${minClips} are needed.`;
    const convertible = rejected.filter((file) => file.convertible).length;
    const help = convertible > 0 ? ` --convert would convert ${convertible} of them.` : '';
    const unusable = `${counted(rejected.length, 'file')} cannot be used.`;
    throw reject(`Nothing was started or spent: ${unusable}${rest}${help}`);
  }
  if (different.length < minClips) {
    throw reject(
      `Nothing was started or spent: a model needs at least ${minClips} different usable files, and there ${different.length === 1 ? 'is 1' : `are ${different.length}`}.`,
    );
  }
  if (different.length > limits.maxTracks) {
    throw reject(
      `Nothing was started or spent: at most ${limits.maxTracks} files are trained on, and there are ${different.length}. Name the ones you want.`,
    );
  }
  const leftOut = [
    ...skipped.filter(({ file }) => mayHoldAudio(file)).map(({ file }) => file),
    ...rejected.map(({ file }) => file),
  ];
  if (leftOut.length > 0) {
    const all = counted(leftOut.length + usable.length, 'file');
    const message = `Of ${all}, ${usable.length} are trained on. Left out: ${leftOut.join(', ')}.`;
    display.emit({ event: 'note', message });
  }
  for (const message of doubtsAbout(usable)) display.emit({ event: 'note', message });
  // The API counts duplicates too. Where they would not fit, the others are enough.
  return usable.length > limits.maxTracks ? different : usable;
}
