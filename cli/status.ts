#!/usr/bin/env node
import { parseStatusArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { statusHelp } from './help.ts';
import { showStatus } from './show-status.ts';

await runCommand({ help: statusHelp, parse: parseStatusArguments, run: showStatus });
