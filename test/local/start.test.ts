import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ReadyInfo, readyShape } from '../../local/stack/ready-file.ts';
import { synthesize } from '../../local/synth.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** Synthesized once, for all tests that start the product. */
const assemblyHome = path.join(project, 'node_modules', '.cache', 'chirpsmith-test');

let home: string;
const children: ChildProcess[] = [];
beforeAll(() => synthesize({ home: assemblyHome }));
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'start-'));
  mkdirSync(home, { recursive: true });
  symlinkSync(path.join(assemblyHome, 'assembly'), path.join(home, 'assembly'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  readonly ended: Promise<number | null>;
}

function run(script: string, ...args: string[]): Run {
  const { PROVIDER_BASE_URL: _, PROVIDER_API_KEY: __, ...env } = process.env;
  const child = spawn(process.execPath, [path.join(project, 'launch.mjs'), script, ...args], {
    cwd: project,
    env: { ...env, CHIRPSMITH_HOME: home },
  });
  children.push(child);
  const result: Run = { child, stdout: '', stderr: '', ended: once(child, 'close').then(([code]) => code) };
  child.stdout.on('data', (chunk) => {
    result.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    result.stderr += chunk;
  });
  return result;
}

const start = (...args: string[]) => run('local/start.ts', ...args);

async function startReady(...args: string[]): Promise<{ run: Run; ready: ReadyInfo }> {
  const started = start('--json', '--port', '0', ...args);
  await expect.poll(() => started.stdout || started.stderr, { timeout: 20_000 }).toMatch(/\n/);
  return { run: started, ready: readyShape.parse(JSON.parse(started.stdout)) };
}

test('says in one line where everything is, and ends in order when asked to', async () => {
  const { run: first, ready } = await startReady();
  expect(ready).toMatchObject({ pid: first.child.pid, home, sandbox: true, speed: 20 });
  const file = path.join(home, 'stack.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(ready);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const second = start('--json', '--port', '0');
  expect(await second.ended).toBe(1);
  expect(second.stderr.trim()).toBe(
    `A stack is running on ${home} already: process ${ready.pid}, it listens on ${ready.api}.`,
  );

  const asked = performance.now();
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(performance.now() - asked).toBeLessThan(2000);
  expect(first.stdout.trim().split('\n')).toHaveLength(1);
  expect(first.stderr).toBe('');
  expect(existsSync(file)).toBe(false);
});

test('a session is still there after a kill', async () => {
  const { run: killed, ready } = await startReady();
  const created = await fetch(`${ready.api}/sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Kept',
      files: Array.from({ length: 6 }, (_, i) => ({
        name: `${i}.mp3`,
        size: 100_000,
        sha256: String(i).repeat(64),
      })),
    }),
  });
  expect(created.status).toBe(201);
  const { sessionId } = (await created.json()) as { sessionId: string };
  killed.child.kill('SIGKILL');
  await killed.ended;

  const { ready: again } = await startReady();
  const found = await fetch(`${again.api}/sessions/${sessionId}`, {
    // The token of before the kill: the issuer's key is kept, too.
    headers: { authorization: `Bearer ${ready.token}` },
  });
  expect(await found.json()).toMatchObject({ name: 'Kept', status: 'open' });
});

test('stop ends the stack of this home, or says that there is none', async () => {
  const none = run('local/stop.ts');
  expect(await none.ended).toBe(0);
  expect(none.stdout).toContain(`No stack is running in ${home}`);
  const { run: started } = await startReady();
  const stop = run('local/stop.ts');
  expect(await stop.ended).toBe(0);
  expect(await started.ended).toBe(0);
});

test('ends by itself when nothing happens', async () => {
  const { run: started } = await startReady('--idle-exit', '1');
  expect(await started.ended).toBe(0);
});

test('a port in use is named in one line', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const started = start('--port', String(port - 3));
  expect(await started.ended).toBe(1);
  server.close();
  expect(started.stderr.trim().split('\n')).toHaveLength(1);
  expect(started.stderr).toContain(`Port ${port}, where the provider is to listen, is in use.`);
  expect(existsSync(path.join(home, 'stack.lock'))).toBe(false);
});

test('a wrong flag ends with 2 and its name, before anything starts', async () => {
  const started = start('--sped', '3');
  expect(await started.ended).toBe(2);
  expect(started.stderr).toContain('--sped');
  expect(existsSync(path.join(home, 'stack.lock'))).toBe(false);
});

test('an old Node is told in one line what is needed', async () => {
  const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${pretend}`, 'launch.mjs', 'local/start.ts'],
    { cwd: project },
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(2);
  expect(said).toMatch(/^Chirpsmith needs Node 22\.18 or later, this is 20\.20\.2\..*\n$/);
});
