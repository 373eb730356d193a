import type { CommandContext } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { signOut } from './stage/sign-in.ts';
import { readStage } from './stage/stage.ts';
import { UsageError } from './usage-error.ts';

/**
 * Ends the sign-in at a stage.
 * @throws UsageError when no stage is named, or nothing is known of it
 */
export async function signOutOfStage(
  _args: object,
  { display, env, target }: CommandContext,
): Promise<ExitCode> {
  const { stage } = target;
  if (stage === undefined) {
    const message = 'Name the stage, as in --stage prod. On this machine nobody signs in.';
    throw new UsageError('Nobody is signed in here.', [{ where: '--stage', message }]);
  }
  const ended = await signOut(readStage({ ...target, stage }, env), env);
  const next = [{ words: 'Any command signs in again, such as:', command: 'npx chirpsmith sessions' }];
  display.emit({ event: 'signed-out', stage, ...ended, next });
  return exitCodes.done;
}
