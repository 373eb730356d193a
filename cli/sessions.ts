#!/usr/bin/env node
import { parseSessionsArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { sessionsHelp } from './help.ts';
import { listSessions } from './list-sessions.ts';

await runCommand({ help: sessionsHelp, parse: parseSessionsArguments, run: listSessions });
