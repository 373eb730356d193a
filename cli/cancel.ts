#!/usr/bin/env node
import { parseCancelArguments } from './arguments/session-arguments.ts';
import { cancelSession } from './cancel-session.ts';
import { runCommand } from './command.ts';
import { cancelHelp } from './help.ts';

await runCommand({ help: cancelHelp, parse: parseCancelArguments, run: cancelSession });
