import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { appendLine } from '../../../packages/local-servers/append-line.ts';

it('a line that did not fit leaves nothing behind, and the next one is whole', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'lines-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'lines');
  const fd = openSync(file, 'a');
  onTestFinished(() => closeSync(fd));
  let room = 3;
  /** A disk that takes three bytes more. */
  const nearlyFull = ((to: number, bytes: Buffer, from: number) => {
    if (room === 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const written = writeSync(to, bytes, from, room);
    room -= written;
    return written;
  }) as typeof writeSync;
  appendLine(fd, 'first');
  expect(() => appendLine(fd, 'second', nearlyFull)).toThrow('ENOSPC');
  appendLine(fd, 'third');
  expect(readFileSync(file, 'utf8')).toBe('first\nthird\n');
});
