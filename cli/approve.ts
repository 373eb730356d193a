#!/usr/bin/env node
import { approveSession } from './approve-session.ts';
import { parseApproveArguments } from './arguments/session-arguments.ts';
import { runCommand } from './command.ts';
import { approveHelp } from './help.ts';

await runCommand({ help: approveHelp, parse: parseApproveArguments, run: approveSession });
