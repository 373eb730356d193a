#!/usr/bin/env node
import { parseSmokeArguments } from './arguments/smoke-arguments.ts';
import { runCommand } from './command.ts';
import { smokeHelp } from './smoke/help.ts';
import { smokeStage } from './smoke/smoke-stage.ts';

await runCommand({ help: smokeHelp, parse: parseSmokeArguments, run: smokeStage });
