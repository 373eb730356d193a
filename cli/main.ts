import { runCommandLine } from './command.ts';

await runCommandLine();
