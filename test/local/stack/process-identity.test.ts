import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning, type ProcessIdentity, thisProcess } from '../../../local/stack/process-identity.ts';

/** A process that writes one line with a number in it; ended after the test. */
async function started(command: string): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, line: String(line).trim() };
}

/** How that process would be known if it had told so itself. */
async function identityOf(pid: number): Promise<ProcessIdentity> {
  const { readFileSync } = await import('node:fs');
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

test('it is the same after execve, which changes the program and not the process', () => {
  expect(thisProcess()).toEqual(thisProcess());
});

test.skipIf(process.platform !== 'linux')(
  'a process that has ended does not run, also before its parent collects it',
  async () => {
    const alive = await started('echo $$; exec sleep 60');
    const identity = await identityOf(Number(alive.line));
    expect(isRunning(identity)).toBe(true);
    alive.child.kill('SIGKILL');
    await once(alive.child, 'exit');
    expect(isRunning(identity)).toBe(false);

    // The shell becomes a program that collects no children.
    const { line } = await started('sleep 0.01 & echo $!; exec sleep 60');
    const zombie = await identityOf(Number(line));
    const state = async () => {
      const { readFileSync } = await import('node:fs');
      return readFileSync(`/proc/${zombie.pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
    };
    await expect.poll(state).toBe('Z');
    expect(process.kill(zombie.pid, 0)).toBe(true);
    expect(isRunning(zombie)).toBe(false);
  },
);
