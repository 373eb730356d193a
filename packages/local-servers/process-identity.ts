import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One process of this machine. Its number alone is no identity: the system gives it to another one later. */
export const processIdentity = z.object({
  pid: z.number().int().positive(),
  /** When it began, in the system's own format; only to be compared. */
  processStart: z.string().min(1),
});

export type ProcessIdentity = z.infer<typeof processIdentity>;

/** @throws Error when the system does not report a process's start time */
export function thisProcess(): ProcessIdentity {
  const processStart = startOf(process.pid);
  if (processStart === undefined) throw new Error('The system does not tell when this process began.');
  return { pid: process.pid, processStart };
}

/** Does this very process run? One that has ended and was not yet collected by its parent (a zombie) does not. */
export function isRunning({ pid, processStart }: ProcessIdentity): boolean {
  return isThere(pid) && startOf(pid) === processStart;
}

/** A cheap look first: the exact one takes a command on some systems. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process began; undefined when there is none, or a zombie. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return startOnLinux(pid);
  try {
    return process.platform === 'win32' ? startOnWindows(pid) : startByPs(pid);
  } catch {
    return undefined;
  }
}

function startOnLinux(pid: number): string | undefined {
  try {
    // proc(5): the name in parentheses may hold spaces; then the state, and 19 fields later clock ticks since boot.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const [state = ''] = fields;
    return 'ZXx'.includes(state) ? undefined : `${bootId()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** Of two boots, ticks could be the same. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function startByPs(pid: number): string | undefined {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8', env });
  const [state = '', ...start] = line.trim().split(/\s+/);
  return state.startsWith('Z') ? undefined : start.join(' ');
}

function startOnWindows(pid: number): string {
  const command = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
  const options = { encoding: 'utf8', windowsHide: true } as const;
  return execFileSync('powershell', ['-NoProfile', '-NonInteractive', '-Command', command], options).trim();
}
