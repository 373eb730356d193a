import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** The last line of what `npx chirpsmith` prints. @param home the stack's is in it */
export function lastLine(args: readonly string[], home: string): Promise<string> {
  const env = { ...process.env, CHIRPSMITH_HOME: path.join(home, 'stack') };
  const options = { cwd: project, env, maxBuffer: 1024 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['chirpsmith.mjs', ...args], options, (error, stdout) => {
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (last === '') reject(error ?? new Error('The command printed nothing.'));
      else resolve(last);
    });
  });
}

/** Megabytes that a process had at its peak. Linux only. */
export async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kilobytes === undefined) throw new Error('The kernel does not tell the peak of the memory.');
  return Math.round(Number(kilobytes) / 1024);
}
