#!/usr/bin/env node
import { parseModelsArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { personasHelp } from './help-music.ts';
import { listPersonas } from './list-personas.ts';

await runCommand({ help: personasHelp, parse: parseModelsArguments, run: listPersonas });
