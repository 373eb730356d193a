// node launch.mjs <file.ts> [arguments]: runs a TypeScript file, or says in one line why it cannot.
// JavaScript that old versions of Node understand, for they would only report a syntax error.
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
// 22.18 is the first that strips types without a flag.
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Chirpsmith needs Node 22.18 or later, this is ${process.versions.node}. "npm ci" brings Node 24 along ` +
      'for Linux and Windows (npm scripts use it); elsewhere, install it from https://nodejs.org.',
  );
  process.exitCode = 2;
} else {
  // Stripped and compiled once: the second start takes half the time. The variable is for child processes.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  // The command stops when this process ends: see local/parent.ts.
  process.env.LAUNCHED_FROM = String(process.ppid);
  process.argv.splice(1, 1);
  const [, file] = process.argv;
  process.argv[1] = path.resolve(file);
  await import(pathToFileURL(process.argv[1]).href);
}
