import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endLoadedAhead, findStack, loadStackAhead, startStack, stopStack } from '../../cli/local-stack.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import { isRunning, thisProcess } from '../../packages/local-servers/process-identity.ts';
import { startFakeStack } from './fake-stack.ts';
import { temporaryFolder } from './run-command.ts';

const readyInfo: ReadyInfo = {
  event: 'ready',
  ...thisProcess(),
  home: '/home',
  page: 'http://127.0.0.1:9',
  api: 'http://127.0.0.1:9',
  token: 'token',
  provider: 'http://127.0.0.1:9',
  sandbox: true,
  s3: 'http://127.0.0.1:9',
  aws: 'http://127.0.0.1:9',
  issuer: 'http://127.0.0.1:9',
  region: 'us-east-1',
  speed: 5,
  stateMachineArn: 'arn',
  batchMachineArn: 'arn',
  bucket: 'audio',
  adminKey: { accessKeyId: 'admin', secretAccessKey: 'key' },
};

/** A stand-in for local/start.ts that says what it was given. */
const script = `
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { thisProcess } from ${JSON.stringify(import.meta.resolve('../../packages/local-servers/process-identity.ts'))};
const home = process.env.CHIRPSMITH_HOME;
writeFileSync(home + '/arguments.json', JSON.stringify(process.argv.slice(2)));
const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1', () => {
  const url = 'http://127.0.0.1:' + server.address().port;
  const ready = {
    ...JSON.parse(process.env.READY), ...thisProcess(), api: url,
  };
  writeFileSync(home + '/stack.json', JSON.stringify(ready));
});
`;

/** What the real one does while it is held back. */
const loading = `
import { untilWanted } from ${JSON.stringify(import.meta.resolve('../../packages/local-servers/parent-process.ts'))};
import { writeFileSync as note } from 'node:fs';
note(process.env.CHIRPSMITH_HOME + '/loaded', String(process.pid));
await untilWanted(process.env);
`;

const start = async (home: string, source: string, timeoutMs = 5000) => {
  const path = join(home, 'start.mjs');
  await writeFile(path, source);
  const { signal } = new AbortController();
  const env = { ...process.env, READY: JSON.stringify(readyInfo) };
  return startStack({ home, speed: 5, env, signal, script: path, timeoutMs });
};

describe('the local stack', () => {
  it('is started as a process of its own, waited for, and stopped', async () => {
    const home = await temporaryFolder();
    const { stack, own } = await start(home, script);
    expect(own).toBe(true);
    expect(isRunning(stack)).toBe(true);
    expect(JSON.parse(await readFile(join(home, 'arguments.json'), 'utf8'))).toEqual(
      'start --json --port 0 --speed 5 --idle-exit 300'.split(' '),
    );
    expect(await findStack(home)).toEqual(stack);
    await stopStack(stack);
    expect(isRunning(stack)).toBe(false);
    expect(await findStack(home)).toBeUndefined();
  });

  it('is loaded ahead, and touches nothing before it is wanted', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'log'));
    const path = join(home, 'start.mjs');
    await writeFile(path, `${loading}${script}`);
    const { signal } = new AbortController();
    const env = { ...process.env, READY: JSON.stringify(readyInfo) };
    const wanted = { home, speed: 5, env, script: path };
    loadStackAhead(wanted);
    await expect.poll(() => readFile(join(home, 'loaded'), 'utf8').catch(() => '')).not.toBe('');
    expect(existsSync(join(home, 'arguments.json'))).toBe(false);
    const { stack, own } = await startStack({ ...wanted, signal });
    expect(own).toBe(true);
    expect(String(stack.pid)).toBe(await readFile(join(home, 'loaded'), 'utf8'));
    await stopStack(stack);
  });

  it('that was loaded ahead ends where another is used', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'log'));
    const path = join(home, 'start.mjs');
    await writeFile(path, `${loading}${script}`);
    loadStackAhead({ home, speed: 5, env: process.env, script: path });
    const loaded = () => readFile(join(home, 'loaded'), 'utf8').catch(() => '');
    await expect.poll(loaded).not.toBe('');
    const waits = () => loaded().then((pid) => process.kill(Number(pid), 0));
    expect(await waits()).toBe(true);
    await endLoadedAhead();
    await expect.poll(() => waits().catch(({ code }) => code)).toBe('ESRCH');
    expect(existsSync(join(home, 'arguments.json'))).toBe(false);
  });

  it('is not loaded ahead for a home that has had none', async () => {
    const home = join(await temporaryFolder(), 'home');
    loadStackAhead({ home, speed: 5, env: process.env, script: join(home, 'start.mjs') });
    expect(existsSync(home)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')(
    'has a home that is its owner’s alone, under each umask',
    async () => {
      const folder = await temporaryFolder();
      const home = join(folder, 'home');
      const failing = join(folder, 'start.mjs');
      await writeFile(failing, 'process.exit(1)');
      const { signal } = new AbortController();
      const umask = process.umask(0);
      try {
        await expect(
          startStack({ home, speed: 5, env: process.env, signal, script: failing }),
        ).rejects.toThrow('ended with code 1');
      } finally {
        process.umask(umask);
      }
      const modes = ['', 'log', 'log/start.log'].map((name) => statSync(join(home, name)).mode & 0o777);
      expect(modes).toEqual([0o700, 0o700, 0o600]);
    },
  );

  it('shows the last lines of one that does not start', async () => {
    const home = await temporaryFolder();
    await expect(start(home, 'console.error("Port 4000 is taken."); process.exit(1)')).rejects.toThrow(
      /ended with code 1.*\n.*Port 4000 is taken\./,
    );
  });

  it('says what to do when its disk is full', async () => {
    const home = await temporaryFolder();
    const words = 'Bundling failed\\nError: ENOSPC: no space left on device, write\\n    at bundle.js:1';
    await expect(start(home, `console.error("${words}"); process.exit(1)`)).rejects.toThrow(
      /ended with code 1\. .* cannot be used: the disk is full\. Make room there, or point CHIRPSMITH_HOME at another disk\. Its words are in .*start\.log\.$/,
    );
  });

  it('does not wait for ever, and leaves none behind', async () => {
    const home = await temporaryFolder();
    const hanging = `import { writeFileSync } from 'node:fs';
      writeFileSync(process.env.CHIRPSMITH_HOME + '/pid', String(process.pid));
      setInterval(() => {}, 1000);`;
    await expect(start(home, hanging, 700)).rejects.toThrow(/not ready after/);
    const pid = Number(await readFile(join(home, 'pid'), 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('waits for a stack that another process starts, and uses that', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'stack.lock'), JSON.stringify(thisProcess()));
    const started = start(home, 'process.exit(1)');
    await new Promise((done) => setTimeout(done, 400));
    const fake = await startFakeStack({ home });
    const { stack, own } = await started;
    expect(own).toBe(false);
    expect(stack.pid).toBe(process.pid);
    await fake.close();
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 - 1 }],
    ['another process that got its number', { processStart: 'long ago' }],
    ['an API that does not answer', {}],
    ['a file of another shape', { pid: 'x' }],
  ])('takes what a kill left behind for nothing: %s', async (_, left) => {
    const home = await temporaryFolder();
    const url = 'http://127.0.0.1:9';
    const ready = { ...readyInfo, api: url, ...left };
    await writeFile(join(home, 'stack.json'), JSON.stringify(ready));
    expect(await findStack(home)).toBeUndefined();
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
