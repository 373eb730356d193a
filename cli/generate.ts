#!/usr/bin/env node
import { parseGenerateArguments } from './arguments/generate-arguments.ts';
import { runCommand } from './command.ts';
import { generateMusic } from './generate-music.ts';
import { generateHelp } from './help-music.ts';

await runCommand({ help: generateHelp, parse: parseGenerateArguments, run: generateMusic });
