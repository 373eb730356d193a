import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorIn, openLogs } from '../../../local/stack/logs.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'logs-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('each name has a file, lines in order, written by the end at the latest', () => {
  const logs = openLogs(directory);
  logs.write('a', '1');
  logs.write('b', 'x');
  logs.write('a', '2');
  logs.close();
  expect(readFileSync(path.join(directory, 'a.log'), 'utf8')).toBe('1\n2\n');
  expect(readFileSync(path.join(directory, 'b.log'), 'utf8')).toBe('x\n');
});

test('a log that grew long is rotated, and just one older part is kept', () => {
  for (let round = 0; round < 4; round++) {
    const logs = openLogs(directory);
    logs.write('a', String(round).repeat(5 * 1024 * 1024));
    logs.close();
  }
  expect(readdirSync(directory)).toEqual(['a.log.1']);
  expect(statSync(path.join(directory, 'a.log.1')).size).toBeLessThan(6 * 1024 * 1024);
});

test.skipIf(!existsSync('/dev/full'))('a full disk stops nothing, and is reported once', () => {
  symlinkSync('/dev/full', path.join(directory, 'a.log'));
  const told: string[] = [];
  const logs = openLogs(directory, (line) => told.push(line));
  logs.write('a', '1');
  logs.write('b', 'x');
  logs.flush();
  logs.write('a', '2');
  logs.flush();
  expect(told).toEqual([
    expect.stringMatching(/^A log is not written\. .* cannot be used: the disk is full\. Make room there/),
  ]);
  expect(readFileSync(path.join(directory, 'b.log'), 'utf8')).toBe('x\n');
  rmSync(path.join(directory, 'a.log'));
  logs.write('a', '3');
  logs.close();
  expect(readFileSync(path.join(directory, 'a.log'), 'utf8')).toBe('3\n');
  expect(told).toHaveLength(1);
});

test('a home in the middle of its deletion is no failing log', () => {
  const home = path.join(directory, 'home');
  const told: string[] = [];
  const logs = openLogs(path.join(home, 'logs'), (line) => told.push(line));
  rmSync(path.join(home, 'logs'), { recursive: true });
  logs.write('a', '1');
  logs.flush();
  rmSync(home, { recursive: true });
  logs.close();
  expect(told).toEqual([]);
});

test('only errors of a logger are shown to a person', () => {
  expect(errorIn('{"level":"ERROR","message":"it broke"}')).toBe('it broke');
  expect(errorIn('{"level":"ERROR","message":"AccessDenied","reason":"not yours"}')).toBe(
    'AccessDenied: not yours',
  );
  expect(errorIn('{"level":"INFO","message":"fine"}')).toBeUndefined();
  expect(errorIn('plain text')).toBeUndefined();
});
