import * as z from 'zod';
import '../packages/local-servers/light-http.ts';

// Each object's schema would be compiled at its first use, and most are used once: an eighth of what a start takes.
z.config({ jitless: true });

// Only now: what a file imports is there before the file runs.
const { runCommandLine } = await import('./command.ts');
await runCommandLine();
