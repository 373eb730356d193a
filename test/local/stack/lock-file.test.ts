import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity } from '../../../packages/local-servers/process-identity.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const module_ = JSON.stringify(import.meta.resolve('../../../local/stack/lock-file.ts'));

/** Runs a program beside others, with `take` and `file` in it; gives what it wrote and its exit code. */
function beside(program: string) {
  const file = JSON.stringify(path.join(directory, 'lock'));
  const script = `import { takeLock as take } from ${module_}; const file = ${file}; ${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, output }));
  return { child, ended };
}

test('every reader of a lock finds its owner in it', async () => {
  const seenEnough = path.join(directory, 'enough');
  const { child, ended } = beside(`
    import { existsSync } from 'node:fs';
    while (!existsSync(${JSON.stringify(seenEnough)})) take(file).release();
  `);
  for (let seen = 0; seen < 100; await new Promise((resolve) => setImmediate(resolve))) {
    for (let look = 0; look < 200; look++) {
      const text = (() => {
        try {
          return readFileSync(path.join(directory, 'lock'), 'utf8');
        } catch {
          return undefined;
        }
      })();
      if (text === undefined) continue;
      seen++;
      expect(processIdentity.parse(JSON.parse(text)).pid).toBe(child.pid);
    }
    expect(child.exitCode).toBeNull();
  }
  writeFileSync(seenEnough, '');
  expect((await ended).code).toBe(0);
});

test('of several that find the lock of a process that was killed, one at a time has it', async () => {
  // Each enters once and ends without giving the lock back, as a kill does.
  const contenders = Array.from({ length: 5 }, () =>
    beside(`
      import { mkdirSync, rmdirSync } from 'node:fs';
      import { setTimeout as delay } from 'node:timers/promises';
      while ('holder' in take(file)) await delay(1);
      mkdirSync(file + '.inside');
      await delay(20);
      rmdirSync(file + '.inside');
      process.exit(0);
    `),
  );
  const codes = await Promise.all(contenders.map(async ({ ended }) => (await ended).code));
  expect(codes).toEqual([0, 0, 0, 0, 0]);
  expect(readdirSync(directory)).toEqual(['lock']);
});
