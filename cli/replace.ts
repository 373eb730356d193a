#!/usr/bin/env node
import { parseReplaceArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { replaceHelp } from './help.ts';
import { replaceTrack } from './replace-track.ts';

await runCommand({ help: replaceHelp, parse: parseReplaceArguments, run: replaceTrack });
