import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type ReadyInfo, readyShape } from '../../local/stack/ready-file.ts';
import { emptyHome, type Run } from './running-stack.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

test('says in one line where everything is, and ends in order when asked to', async () => {
  const { home, run, startStack } = emptyHome();
  const { run: first, ready } = await startStack();
  expect(ready).toMatchObject({ pid: first.child.pid, home, sandbox: true, speed: 20 });
  const file = path.join(home, 'stack.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(ready);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const second = run('start', '--json', '--port', '0');
  expect(await second.ended).toBe(1);
  expect(second.stderr.trim()).toBe(
    `A stack is running on ${home} already: process ${ready.pid}, it listens on ${ready.api}.`,
  );

  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(first.stdout.trim().split('\n')).toHaveLength(1);
  expect(first.stderr).toBe('');
  expect(existsSync(file)).toBe(false);
});

/** Where a process listens, as Linux reports it; undefined elsewhere. */
function portsOf(pid: number | undefined): number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const descriptors = `/proc/${pid}/fd`;
  const sockets = new Set(
    readdirSync(descriptors).flatMap((name) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(path.join(descriptors, name)))?.[1] ?? [];
      } catch {
        return []; // It was closed meanwhile.
      }
    }),
  );
  // proc(5): local address, remote one, state (0A listens), …, the socket's inode.
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === '0A' && sockets.has(inode))
      .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16)),
  );
}

describe('a stack with an unsafe umask, whose first history is on a full disk', () => {
  const { home, run } = emptyHome(afterAll);
  const hasFullDisk = existsSync('/dev/full');
  let started: Run;
  let ready: ReadyInfo;
  beforeAll(async () => {
    chmodSync(home, 0o755);
    const executions = path.join(home, 'step-functions', 'executions');
    mkdirSync(executions, { recursive: true, mode: 0o755 });
    if (hasFullDisk) symlinkSync('/dev/full', path.join(executions, '00000001.jsonl'));
    const open = 'data:text/javascript,process.umask(0)';
    started = run('start', { nodeArguments: ['--import', open] }, '--json', '--port', '0');
    while (!started.stdout.includes('\n')) await once(started.child.stdout ?? started.child, 'data');
    ready = readyShape.parse(JSON.parse(started.stdout));
  });

  test.skipIf(!hasFullDisk)('goes on when a history cannot be written, and says so once', async () => {
    expect(await startExecution(ready)).toBe('FAILED');
    await expect.poll(() => started.stderr).toMatch(/\n/);
    expect(started.stderr).toBe(
      `${home} cannot be used: the disk is full. Make room there, or point CHIRPSMITH_HOME at another disk. ` +
        'The stack goes on.\n',
    );
    expect((await fetch(`${ready.api}/openapi.json`)).status).toBe(200);
  });

  test.each<[what: string, home: string, code: number, words: string]>([
    ['a relative path', 'data', 2, 'CHIRPSMITH_HOME: data is a relative path'],
    ['a path below a file', fileURLToPath(import.meta.url), 1, 'point CHIRPSMITH_HOME at a directory'],
  ])('a home that is %s is refused in one line that names the variable', async (_, value, code, words) => {
    const { run } = emptyHome();
    const started = run('start', { env: { CHIRPSMITH_HOME: value } }, '--json');
    expect(await started.ended).toBe(code);
    expect(started.stderr).toContain(words);
    expect(started.stderr).not.toMatch(/\n +at /);
  });

  test('every port that the stack listens on refuses other names and other origins', async () => {
    const named = [ready.page, ready.api, ready.s3, ready.aws, ready.provider, ready.issuer].map((url) =>
      Number(new URL(url).port),
    );
    const ports = portsOf(started.child.pid) ?? named;
    expect(ports.toSorted()).toEqual(named.toSorted());
    for (const port of ports) {
      const status = (method: string, headers: Record<string, string>) =>
        new Promise<number | undefined>((resolve, reject) => {
          const sent = request({ host: '127.0.0.1', port, method, headers }, (response) => {
            response.resume();
            resolve(response.statusCode);
          });
          sent.on('error', reject).end();
        });
      const of = (host: string) => ({ host: `${host}:${port}` });
      const answers = {
        rebound: await status('GET', of('evil.example')),
        crossOrigin: await status('POST', { origin: 'https://evil.example' }),
        crossSite: await status('PUT', { 'sec-fetch-site': 'cross-site' }),
      };
      expect({ port, ...answers }).toEqual({ port, rebound: 421, crossOrigin: 403, crossSite: 403 });
      for (const headers of [of('127.0.0.1'), of('localhost'), of('[::1]')]) {
        expect(await status('OPTIONS', headers)).not.toBe(421);
      }
    }
    const token = await fetch(`${ready.issuer}/token`, { method: 'POST' });
    expect(token.status).toBe(200);
  });

  test('keeps everything for its owner alone', async () => {
    const files = Array.from({ length: 6 }, (_, i) => ({
      name: `${i}.wav`,
      size: 9,
      sha256: `${i}`.repeat(64),
    }));
    const created = await fetch(`${ready.api}/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Mine', files }),
    });
    expect(created.status).toBe(201);
    expect(await startExecution(ready)).toBe('FAILED');
    const entries = readdirSync(home, { recursive: true, withFileTypes: true }).filter(
      (entry) => !entry.isSymbolicLink(),
    );
    const wide = [home, ...entries.map((entry) => path.join(entry.parentPath, entry.name))].filter(
      (one) => !one.startsWith(path.join(home, 'assembly')) && (statSync(one).mode & 0o077) !== 0,
    );
    expect(entries.length).toBeGreaterThan(20);
    expect(wide).toEqual([]);
  });

  test('ends with one line when its home is deleted while executions run', async () => {
    const { aws: endpoint, region, adminKey: credentials, stateMachineArn } = ready;
    const sfn = new SFNClient({ endpoint, region, credentials });
    onTestFinished(() => sfn.destroy());
    const before = started.stderr;
    const input = '{"sessionId":"00000000-0000-4000-8000-000000000000"}';
    await Promise.all(
      Array.from({ length: 3 }, () => sfn.send(new StartExecutionCommand({ stateMachineArn, input }))),
    );
    rmSync(home, { recursive: true });
    expect(await started.ended).toBe(1);
    expect(started.stderr).toBe(
      `${before}${home} was deleted, and with it all that this stack had kept. The stack ends; start begins another one.\n`,
    );
  });
});

/** Starts a run that ends at once, as it names no session; gives its status. */
async function startExecution({ aws: endpoint, region, adminKey: credentials, stateMachineArn }: ReadyInfo) {
  const sfn = new SFNClient({ endpoint, region, credentials });
  onTestFinished(() => sfn.destroy());
  const input = '{"sessionId":"00000000-0000-4000-8000-000000000000"}';
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
  const status = async () => (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
  await expect.poll(status, { timeout: 20_000 }).not.toBe('RUNNING');
  return status();
}

describe('stop', () => {
  const { home, run, startStack } = emptyHome(afterAll);
  let stranger: ChildProcess | undefined;
  afterAll(() => void stranger?.kill('SIGKILL'));

  test('says that there is no stack in this home', async () => {
    const none = run('stop');
    expect(await none.ended).toBe(0);
    expect(none.stdout).toContain(`No stack is running in ${home}`);
  });

  test.skipIf(process.platform !== 'linux')(
    'leaves a stranger alone that has the number of a stack that was killed',
    async () => {
      const { run: killed } = await startStack();
      killed.child.kill('SIGKILL');
      await killed.ended;
      stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
      for (const name of ['stack.json', 'stack.lock']) {
        const file = path.join(home, name);
        const left = JSON.parse(readFileSync(file, 'utf8')) as object;
        writeFileSync(file, JSON.stringify({ ...left, pid: stranger.pid }));
      }
      const stop = run('stop');
      expect(await stop.ended).toBe(0);
      expect(stop.stdout).toContain(`No stack is running in ${home}`);
      expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
    },
  );

  test('ends the stack of this home, which starts after another was killed', async () => {
    const { run: started } = await startStack();
    const stop = run('stop');
    expect(await stop.ended).toBe(0);
    expect(stop.stdout).toContain(`CHIRPSMITH_HOME=${home} npx chirpsmith start\n`);
    expect(await started.ended).toBe(0);
  });
});

test('ends by itself when nothing happens', async () => {
  const { startStack } = emptyHome();
  const { run: started } = await startStack('--idle-exit', '1');
  expect(await started.ended).toBe(0);
});

test('a port in use is named in one line', async () => {
  const { home, run } = emptyHome();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const started = run('start', '--port', String(port - 3));
  expect(await started.ended).toBe(1);
  server.close();
  expect(started.stderr.trim().split('\n')).toHaveLength(1);
  expect(started.stderr).toContain(`Port ${port}, where the provider is to listen, is in use.`);
  expect(existsSync(path.join(home, 'stack.lock'))).toBe(false);
});

test('a wrong flag ends with 2 and its name, before anything starts', async () => {
  const { home, run } = emptyHome();
  const started = run('start', '--sped', '3');
  expect(await started.ended).toBe(2);
  expect(started.stderr).toContain('--sped');
  expect(existsSync(path.join(home, 'stack.lock'))).toBe(false);
});

test('on an old Node, one line says which version is needed', async () => {
  const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${pretend}`, 'chirpsmith.mjs', 'start'],
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
