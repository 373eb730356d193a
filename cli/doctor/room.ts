import type { CommandContext } from '../command.ts';
import { asSize } from '../output/format.ts';
import { UsageError } from '../usage-error.ts';
import { homeFacts } from './files.ts';
import { type Finding, failed, fine, warning } from './finding.ts';
import { homeOf } from './machine-checks.ts';
import type { DoctorWorld } from './world.ts';

type Disk = Pick<DoctorWorld, 'env' | 'homeFacts'>;
/** Bytes of a file. */
type Sized = { readonly size: number };

/** Do the copies of files fit on the disk of the home? The local S3 keeps one of each. */
export async function room(
  files: readonly Sized[],
  { env, homeFacts: look }: Disk,
): Promise<Finding | undefined> {
  const folder = homeOf({ env });
  // The line Home says it.
  if (typeof folder !== 'string') return undefined;
  const { free } = await look(folder);
  if (free === undefined) return warning('The system does not say how much room there is.');
  const needed = files.reduce((sum, { size }) => sum + size, 0);
  const seen = `${asSize(free)} are free where the home is, and the copies of the files take ${asSize(needed)}.`;
  if (free >= needed) return fine(seen);
  return failed(seen, { words: 'Make room, or point CHIRPSMITH_HOME at another disk.' });
}

/**
 * Before files are copied: is there room for them?
 * @param options.mayBeThere a session may have its copies already: then only a home that does not exist yet is looked at
 * @throws UsageError naming CHIRPSMITH_HOME
 */
export async function requireRoom(
  files: readonly Sized[],
  { env, target }: Pick<CommandContext, 'env' | 'target'>,
  { mayBeThere }: { readonly mayBeThere: boolean },
  look: Disk['homeFacts'] = (folder) => homeFacts(folder, env),
): Promise<void> {
  if (target.stage !== undefined) return;
  const folder = homeOf({ env });
  if (typeof folder !== 'string') return;
  const facts = await look(folder);
  if (mayBeThere && facts.exists) return;
  const found = await room(files, { env, homeFacts: async () => facts });
  if (found?.result !== 'failed') return;
  const message = [found.seen, ...found.next.map(({ words }) => words)].join(' ');
  throw new UsageError('Nothing was spent: the disk is too small.', [{ where: 'CHIRPSMITH_HOME', message }]);
}
