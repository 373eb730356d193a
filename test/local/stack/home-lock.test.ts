import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHome, stackOf } from '../../../local/stack/home-lock.ts';
import { thisProcess } from '../../../packages/local-servers/process-identity.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Larger than any number of a process on Linux (2²²). */
const nobody = 4_194_305;

test('a home is for one stack at a time, and free again afterwards', () => {
  const unlock = lockHome(home);
  expect(() => lockHome(home)).toThrow(`process ${process.pid}, it is still starting`);
  expect(stackOf(home)).toEqual(thisProcess());
  unlock();
  lockHome(home)();
  expect(stackOf(home)).toBeUndefined();
  expect(readdirSync(home)).toEqual([]);
});

test('the error for a second stack names the address of the first', () => {
  const unlock = lockHome(home);
  const url = 'http://127.0.0.1:4700';
  const ready = {
    event: 'ready',
    ...thisProcess(),
    home,
    page: url,
    api: url,
    token: 't',
    provider: url,
    sandbox: true,
    s3: url,
    aws: url,
    issuer: url,
    region: 'us-east-1',
    speed: 20,
    stateMachineArn: 'arn',
    batchMachineArn: 'arn',
    bucket: 'b',
    adminKey: { accessKeyId: 'a', secretAccessKey: 's' },
  };
  writeFileSync(path.join(home, 'stack.json'), JSON.stringify(ready));
  expect(() => lockHome(home)).toThrow(`it listens on ${url}`);
  unlock();
});

test.each([
  ['a process that is gone', JSON.stringify({ ...thisProcess(), pid: nobody })],
  ['another process that got its number', JSON.stringify({ ...thisProcess(), processStart: 'long ago' })],
  ['a write that was cut off', '{"pi'],
])('the lock of %s does not count', (_, left) => {
  writeFileSync(path.join(home, 'stack.lock'), left);
  expect(stackOf(home)).toBeUndefined();
  lockHome(home)();
});
