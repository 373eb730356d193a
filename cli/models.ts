#!/usr/bin/env node
import { parseModelsArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { modelsHelp } from './help-music.ts';
import { listModels } from './list-models.ts';

await runCommand({ help: modelsHelp, parse: parseModelsArguments, run: listModels });
