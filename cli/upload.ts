#!/usr/bin/env node
import { parseUploadArguments } from './arguments/upload-arguments.ts';
import { uploadHelp } from './batch-help.ts';
import { runCommand } from './command.ts';
import { uploadBatch } from './upload-batch.ts';

await runCommand({ help: uploadHelp, parse: parseUploadArguments, run: uploadBatch });
