#!/usr/bin/env node
import { parseTrainArguments } from './arguments/train-arguments.ts';
import { runCommand } from './command.ts';
import { trainHelp } from './help.ts';
import { trainModel } from './train-model.ts';

await runCommand({ help: trainHelp, parse: parseTrainArguments, run: trainModel });
