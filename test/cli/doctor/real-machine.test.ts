import { chmod, chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { homeFacts } from '../../../cli/doctor/files.ts';
import { holderOfPort, portState } from '../../../cli/doctor/port-state.ts';
import { events, run, temporaryFolder } from '../run-command.ts';

const noProgram = () => Promise.reject(new Error('There is no such program.'));

async function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

it('a port that a server has is taken, and free when it has ended', async () => {
  const port = await takenPort();
  expect(await portState(port)).toBe('taken');
  expect(await portState(0)).toBe('free');
});

it.runIf(process.platform === 'linux')('Linux says which process has a port', async () => {
  expect(await holderOfPort(await takenPort(), 'linux', noProgram)).toMatch(
    new RegExp(`^\\S.*, process ${process.pid}$`),
  );
});

it('lsof says it elsewhere, without the arguments; where it is missing nobody does', async () => {
  expect(await holderOfPort(4700, 'darwin', async () => 'p12\ncPython\n')).toBe('Python, process 12');
  expect(await holderOfPort(4700, 'darwin', noProgram)).toBeUndefined();
  expect(await holderOfPort(4700, 'win32', noProgram)).toBeUndefined();
});

it('a home is described as the file system has it', async () => {
  const folder = await temporaryFolder();
  const home = join(folder, 'home');
  const free = expect.any(Number);
  expect(await homeFacts(home, {})).toEqual({ exists: false, free, foreign: [] });
  await mkdir(home, { mode: 0o700 });
  expect(await homeFacts(home, {})).toEqual({ exists: true, free, foreign: [] });
  await chmod(home, 0o750);
  expect(await homeFacts(home, {})).toEqual({ exists: true, free, foreign: [], openTo: '750' });
  const file = join(folder, 'file');
  await writeFile(file, '');
  const problem = expect.stringContaining(`${file} cannot be used: a part of the path is a file.`);
  expect(await homeFacts(file, { CHIRPSMITH_HOME: file })).toMatchObject({ problem });
  const below = join(file, 'home');
  const ofBelow = expect.stringContaining(`${below} cannot be used`);
  expect(await homeFacts(below, { CHIRPSMITH_HOME: below })).toMatchObject({ problem: ofBelow });
});

it('changes nothing, starts nothing, and ends with an event that names every check', async () => {
  const home = join(await temporaryFolder(), 'home');
  await mkdir(home);
  await chmod(home, 0o755);
  const ended = await run('doctor', ['--json', '--port', String(await takenPort())], { home });
  expect(await readdir(home)).toEqual([]);
  expect((await stat(home)).mode & 0o777).toBe(0o755);
  const told = events(ended);
  const done = told.at(-1);
  expect(done).toMatchObject({ event: 'doctor.done', failed: [] });
  expect(done?.warning).toEqual(expect.arrayContaining(['Home', 'Ports']));
  expect(told.slice(0, -1).map(({ event }) => event)).not.toContain('input.rejected');
  expect(ended.code).toBe(0);
});

it('refuses the proxy or the stage that it cannot use before anything is looked at', async () => {
  const home = await temporaryFolder();
  expect(await run('doctor', ['--stage', 'A B'], { home })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--stage: "A B" is no name of a stage'),
  });
});

it.runIf(process.getuid?.() === 0)('a home of another user is a problem, whatever it permits', async () => {
  const home = await temporaryFolder();
  await chown(home, 65534, 65534);
  await chmod(home, 0o777);
  const { problem } = await homeFacts(home, { CHIRPSMITH_HOME: home });
  expect(problem).toMatch(/cannot be used: it belongs to user 65534\. Make it yours \(sudo chown -R 0 /);
});
