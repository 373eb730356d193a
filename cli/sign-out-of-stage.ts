import type { Surroundings } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { signOut } from './stage/sign-in.ts';
import { readStage } from './stage/stage.ts';
import { InputRejected } from './usage-error.ts';

/**
 * Ends the sign-in at a stage.
 * @throws InputRejected when no stage is named, or nothing is known of it
 */
export async function signOutOfStage(
  _args: object,
  { display, env, target }: Surroundings,
): Promise<ExitCode> {
  const { stage } = target;
  if (stage === undefined) {
    const message = 'Name the stage, as in --stage prod. On this machine nobody signs in.';
    throw new InputRejected('Nobody is signed in here.', [{ where: '--stage', message }]);
  }
  const ended = await signOut(readStage({ ...target, stage }, env), env);
  const next = [{ words: 'Any command signs in again, such as:', command: 'npx chirpsmith sessions' }];
  display.tell({ event: 'signed-out', stage, ...ended, next });
  return exitCodes.done;
}
