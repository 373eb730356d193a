import '../packages/local-servers/light-http.mjs';

// Only now: what a file imports is there before the file runs.
const { runCommandLine } = await import('./command.ts');
await runCommandLine();
