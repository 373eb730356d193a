#!/usr/bin/env node
import { parseSessionsArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { signOutHelp } from './help.ts';
import { signOutOfStage } from './sign-out-of-stage.ts';

await runCommand({ help: signOutHelp, parse: parseSessionsArguments, run: signOutOfStage });
