import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '../packages/local-servers/process-identity.ts';
import { shown } from '../packages/terminal/printable.ts';
import { complain, say } from '../packages/terminal/standard-streams.ts';
import { chosenHome } from './home.ts';
import { stackOf } from './stack/home-lock.ts';
import { readReadyFile } from './stack/ready-file.ts';

/** A stack ends within two seconds. */
const waitMs = 10_000;

/**
 * Ends the stack of a home, and waits for it.
 * @param flag the home, where the command line names it
 * @param again the command that starts it again
 * @returns the exit code
 * @throws ChirpsmithError BadInput when the home cannot be used
 */
export async function stopStack(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
  again: string,
): Promise<0 | 1> {
  const home = chosenHome(flag, env).path;
  const stack = stackOf(home);
  if (!stack) {
    say(shown`No stack is running in ${home}.`);
    return 0;
  }
  process.kill(stack.pid, 'SIGTERM');
  const until = performance.now() + waitMs;
  while (isRunning(stack)) {
    if (performance.now() > until) {
      const where = readReadyFile(home)?.api ?? 'no port yet';
      complain(shown`The stack (process ${stack.pid}) does not end; it listens on ${where}.`);
      return 1;
    }
    await delay(25);
  }
  say(shown`The stack in ${home} has ended. To start it again:`);
  say(shown`  ${again}`);
  return 0;
}
