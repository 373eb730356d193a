#!/usr/bin/env node
import { parseDeployArguments } from './arguments/deploy-arguments.ts';
import { runCommand } from './command.ts';
import { deployHelp } from './help.ts';
import { deployStage } from './stage/deploy-stage.ts';

await runCommand({ help: deployHelp, parse: parseDeployArguments, run: deployStage });
