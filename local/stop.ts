#!/usr/bin/env node
import { setTimeout as delay } from 'node:timers/promises';
import { escaped, own, shown } from '../functions/shared/shown.ts';
import { parseStopArguments } from './arguments.ts';
import { chosenHome } from './home.ts';
import { stackOf } from './stack/home-lock.ts';
import { isRunning } from './stack/process-identity.ts';
import { readReadyFile } from './stack/ready-file.ts';
import { complain, say } from './standard-streams.ts';

const help = `npm run stop -- [options]

Ends the stack that runs on this machine. Sessions and files are kept.

  --home DIR   whose stack (default CHIRPSMITH_HOME, or .chirpsmith/ here)
  --help       this text`;

/** A stack ends within two seconds. */
const waitMs = 10_000;

try {
  const wanted = parseStopArguments(process.argv.slice(2));
  if (wanted.help) say(own(help));
  else await stop(chosenHome(wanted.home, process.env).path);
} catch (error) {
  complain(escaped(error instanceof Error ? error.message : String(error)));
  process.exitCode = 2;
}

async function stop(home: string): Promise<void> {
  const stack = stackOf(home);
  if (!stack) {
    say(shown`No stack is running in ${home}.`);
    return;
  }
  process.kill(stack.pid, 'SIGTERM');
  const until = performance.now() + waitMs;
  while (isRunning(stack)) {
    if (performance.now() > until) {
      const where = readReadyFile(home)?.api ?? 'no port yet';
      complain(shown`The stack (process ${stack.pid}) does not end; it listens on ${where}.`);
      process.exitCode = 1;
      return;
    }
    await delay(25);
  }
  say(shown`The stack in ${home} has ended. Start it again to go on.`);
}
