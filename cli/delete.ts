#!/usr/bin/env node
import { parseDeleteArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { deleteSession } from './delete-session.ts';
import { deleteHelp } from './help.ts';

await runCommand({ help: deleteHelp, parse: parseDeleteArguments, run: deleteSession });
