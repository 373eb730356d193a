#!/usr/bin/env node
import { parseResumeArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { resumeHelp } from './help.ts';
import { resumeSession } from './resume-session.ts';

await runCommand({ help: resumeHelp, parse: parseResumeArguments, run: resumeSession });
