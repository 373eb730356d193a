import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import {
  isRunning,
  type ProcessIdentity,
  thisProcess,
} from '../../../packages/local-servers/process-identity.ts';

/** A process that writes one line with a number in it; ended after the test. */
async function started(command: string): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, line: String(line).trim() };
}

/** The identity that this process would have recorded of itself. */
function identityOf(pid: number): ProcessIdentity {
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  const { processStart } = thisProcess();
  return { pid, processStart: processStart.replace(/[^ ]*$/, String(ticks)) };
}

test('this process runs; another one with its number, or none with another number, does not', () => {
  const own = thisProcess();
  expect(isRunning(own)).toBe(true);
  expect(isRunning({ ...own, processStart: 'long ago' })).toBe(false);
  // Larger than any number of a process on Linux (2²²).
  expect(isRunning({ ...own, pid: 4_194_305 })).toBe(false);
});

test.skipIf(process.platform !== 'linux')(
  'a process that has ended does not run, also before its parent collects it',
  async () => {
    const alive = await started('echo $$; exec sleep 60');
    const identity = identityOf(Number(alive.line));
    expect(isRunning(identity)).toBe(true);
    alive.child.kill('SIGKILL');
    await once(alive.child, 'exit');
    expect(isRunning(identity)).toBe(false);

    // The shell becomes a program that collects no children.
    const parent = await started('sleep 60 & echo $!; exec sleep 60');
    await expect.poll(() => readFileSync(`/proc/${parent.child.pid}/comm`, 'utf8').trim()).toBe('sleep');
    const zombie = identityOf(Number(parent.line));
    process.kill(zombie.pid, 'SIGKILL');
    const state = () => readFileSync(`/proc/${zombie.pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
    await expect.poll(state).toBe('Z');
    expect(process.kill(zombie.pid, 0)).toBe(true);
    expect(isRunning(zombie)).toBe(false);
  },
);
