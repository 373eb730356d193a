import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../cli/run-command.ts';

const parent = fileURLToPath(new URL('../../../packages/local-servers/parent-process.ts', import.meta.url));

/** Starts the next one, says when that is ready, and ends if it is the first: the user's shell. */
const starter = `
import { fork, spawn } from 'node:child_process';
const [title, ends, ...next] = process.argv.slice(2);
process.title = title;
const child = spawn(process.execPath, next, { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.on('data', (text) => process.stdout.write(text, () => ends === 'ends' && process.exit()));
`;

/** The command: looks whether its parent is gone, once the shell above that is. */
const command = `
import { readFileSync } from 'node:fs';
import { watchParent } from ${JSON.stringify(parent)};
const above = () => readFileSync('/proc/' + process.ppid + '/stat', 'utf8').split(') ').at(-1).split(' ')[1];
const isGone = watchParent({ LAUNCHED_FROM: String(process.ppid), npm_lifecycle_event: 'npx' });
const shell = above();
process.stderr.write('ready');
process.stdout.write('ready');
while (above() === shell) await new Promise((done) => setTimeout(done, 5));
process.stderr.write(String(isGone()));
`;

it.runIf(process.platform === 'linux').each([
  ['a shell that npm started', 'sh', 'readytrue'],
  ['npm, where the shell is replaced by the command', 'npm exec', 'readyfalse'],
])('of %s, what started that counts as it must', async (_, title, said) => {
  const folder = await temporaryFolder();
  const [start, look] = [path.join(folder, 'start.mjs'), path.join(folder, 'look.mjs')];
  await writeFile(start, starter);
  await writeFile(look, command);
  const child = spawn(process.execPath, [start, 'bash', 'ends', start, title, 'stays', look], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (text) => {
    told += text;
  });
  await once(child, 'close');
  expect(told).toBe(said);
});

it.each([
  ['goes on when it is sent a message', 'went on'],
  ['ends when the one that started it does', ''],
])('a process that is held back %s', async (_, said) => {
  const file = path.join(await temporaryFolder(), 'held.mjs');
  const untilWanted = `import { untilWanted } from ${JSON.stringify(parent)};`;
  await writeFile(file, `${untilWanted} await untilWanted({ HELD_BACK: 'yes' }); console.log('went on');`);
  const child = fork(file, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [] });
  const output = text(child.stdout ?? Readable.from([]));
  if (said === '') child.disconnect();
  else child.send('start');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect((await output).trim()).toBe(said);
});
