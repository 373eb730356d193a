import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHome } from '../../local/private-home.ts';

let folder: string;
let home: string;
let umask: number;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'private-'));
  home = path.join(folder, 'home');
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true });
});

const mode = (...names: string[]) => statSync(path.join(folder, ...names)).mode & 0o777;

function put(file: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), '', { mode: 0o666 });
}

describe.skipIf(process.platform === 'win32')('a home', () => {
  it('is made for its owner alone, with any umask', () => {
    openHome(home);
    expect(mode('home')).toBe(0o700);
  });

  it('that others can read is closed to them, with all that is in it', () => {
    put('home/stack.json');
    put('home/stack.json.new');
    put('home/log/start.log');
    put('home/s3/bucket/versions/1');
    chmodSync(path.join(home, 's3'), 0o755);
    openHome(home);
    expect(mode('home')).toBe(0o700);
    for (const directory of ['log', 's3', 's3/bucket/versions']) expect(mode('home', directory)).toBe(0o700);
    for (const file of ['stack.json', 'stack.json.new', 'log/start.log', 's3/bucket/versions/1']) {
      expect(mode('home', file)).toBe(0o600);
    }
  });

  it('is not looked into where a directory of it was closed already: that may hold thousands of files', () => {
    put('home/assembly/a/index.mjs');
    chmodSync(path.join(home, 'assembly'), 0o700);
    openHome(home);
    expect(mode('home', 'assembly', 'a', 'index.mjs')).toBe(0o666);
    expect(mode('home', 'assembly')).toBe(0o700);
  });

  it('keeps what its owner may do: a program stays one', () => {
    put('home/log/run');
    chmodSync(path.join(home, 'log', 'run'), 0o755);
    chmodSync(home, 0o500);
    openHome(home);
    expect(mode('home')).toBe(0o500);
    expect(mode('home', 'log', 'run')).toBe(0o700);
  });

  it('is tightened no further than its own files: links are not followed out of it', () => {
    put('elsewhere/a');
    put('home/log/x');
    symlinkSync(path.join(folder, 'elsewhere'), path.join(home, 'assembly'));
    symlinkSync(path.join(folder, 'elsewhere', 'a'), path.join(home, 'log', 'a.log'));
    const before = [mode('elsewhere'), mode('elsewhere', 'a')];
    openHome(home);
    expect([mode('elsewhere'), mode('elsewhere', 'a')]).toEqual(before);
    expect(mode('home', 'log', 'x')).toBe(0o600);
  });

  it('that is a link is tightened where it leads, for its owner named it', () => {
    put('disk/log/x');
    symlinkSync(path.join(folder, 'disk'), home);
    openHome(home);
    expect([mode('disk'), mode('disk', 'log', 'x')]).toEqual([0o700, 0o600]);
  });

  it('in a directory that holds other things leaves those as they are', () => {
    put('home/letter.txt');
    put('home/log/x');
    const before = [mode('home'), mode('home', 'letter.txt')];
    openHome(home);
    expect([mode('home'), mode('home', 'letter.txt')]).toEqual(before);
    expect([mode('home', 'log'), mode('home', 'log', 'x')]).toEqual([0o700, 0o600]);
    expect(readdirSync(home).sort()).toEqual(['letter.txt', 'log']);
  });
});
