#!/usr/bin/env node
import { parseDestroyArguments } from './arguments/deploy-arguments.ts';
import { runCommand } from './command.ts';
import { destroyHelp } from './help.ts';
import { destroyStage } from './stage/destroy-stage.ts';

await runCommand({ help: destroyHelp, parse: parseDestroyArguments, run: destroyStage });
