import { readFileSync, writeFileSync } from 'node:fs';
import { commands } from '../commands.ts';
import { withCommands } from './commands-page.ts';

// npm run commands: brings docs/command-line.md up to what the table of commands says now.
const page = new URL('../../docs/command-line.md', import.meta.url);
writeFileSync(page, withCommands(readFileSync(page, 'utf8'), commands));
