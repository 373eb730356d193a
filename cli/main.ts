import { registerHooks } from 'node:module';
import { directImports } from '../packages/local-servers/direct-imports.ts';
import '../packages/local-servers/light-http.ts';

// Only after these: what a file imports is there before the file runs.
registerHooks({ resolve: directImports });
const z = await import('zod');
// Each object's schema would be compiled at its first use, and most are used once: an eighth of what a start takes.
z.config({ jitless: true });

const { runCommandLine } = await import('./command.ts');
await runCommandLine();
