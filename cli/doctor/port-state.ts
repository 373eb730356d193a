import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';

/** `not for every user`: the system keeps the first ports for its administrator. */
export type PortState = 'free' | 'taken' | 'not for every user';

/** Listens on a port of this machine for a moment. */
export function portState(port: number): Promise<PortState> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('taken');
      else if (error.code === 'EACCES') resolve('not for every user');
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve('free')));
  });
}

/**
 * Who listens on a port: a program's name and process. Its arguments are left out, for they may hold a password.
 * @param run runs a program, for its output
 * @returns undefined where the system does not say, or not to this user
 */
export async function holderOfPort(
  port: number,
  platform: NodeJS.Platform,
  run: (program: string, args: readonly string[]) => Promise<string>,
): Promise<string | undefined> {
  try {
    if (platform === 'linux') return await holderOnLinux(port);
    if (platform === 'win32') return undefined;
    const fields = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
    const [, pid] = /^p(\d+)$/m.exec(fields) ?? [];
    const [, name] = /^c(.+)$/m.exec(fields) ?? [];
    return pid === undefined ? undefined : `${name ?? 'a program'}, process ${pid}`;
  } catch {
    return undefined;
  }
}

/** proc(5): a socket's number in the table of TCP, then the process that has it open. */
async function holderOnLinux(port: number): Promise<string | undefined> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const sockets = new Set(
    tables
      .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
      .filter(([, local = '', , state]) => local.endsWith(wanted) && state === '0A')
      .map((fields) => `socket:[${fields[9]}]`),
  );
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    // Another user's process, or one that has just ended, shows nothing.
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of open) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (!sockets.has(target)) continue;
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
      return `${name}, process ${pid}`;
    }
  }
  return undefined;
}
