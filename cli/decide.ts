#!/usr/bin/env node
import { parseDecideArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { decideSession } from './decide-session.ts';
import { decideHelp } from './help.ts';

await runCommand({ help: decideHelp, parse: parseDecideArguments, run: decideSession });
