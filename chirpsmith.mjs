#!/usr/bin/env node
// npx chirpsmith <command>: the command line, or in one line why this Node cannot run it.
// JavaScript that old versions of Node understand, for they would only report a syntax error.
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
// 22.18 is the first that strips types without a flag.
if (major < 22 || (major === 22 && minor < 18)) {
  const { platform, versions } = process;
  const brought = platform === 'linux' || platform === 'win32';
  const advice = brought
    ? 'Run "npm ci", which brings Node 24 along, and start it by "npx chirpsmith".'
    : 'Install it from https://nodejs.org.';
  console.error(`Chirpsmith needs Node 22.18 or later, this is ${versions.node}. ${advice}`);
  process.exitCode = 2;
} else {
  if (process.argv[2] === 'start') withOneHeap();
  // Stripped and compiled once: the second start takes half the time. The variable is for child processes.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  // The command stops when this process ends: see packages/local-servers/parent-process.ts.
  process.env.LAUNCHED_FROM = String(process.ppid);
  // A process that is started over starts the command itself.
  process.argv[1] = fileURLToPath(new URL('cli/main.ts', import.meta.url));
  await import(pathToFileURL(process.argv[1]).href);
}

/**
 * Starts this process over, under the same number, with one heap for all threads: before the command is loaded, which
 * takes half a second. glibc otherwise keeps a heap for each thread, and in it what workers that have ended had taken:
 * 50 MB after a run. It reads the variable only when a process begins.
 */
function withOneHeap() {
  if (process.platform !== 'linux' || process.env.MALLOC_ARENA_MAX !== undefined || !process.execve) return;
  const args = [process.execPath].concat(process.execArgv, process.argv.slice(1));
  process.execve(process.execPath, args, Object.assign({}, process.env, { MALLOC_ARENA_MAX: '1' }));
}
