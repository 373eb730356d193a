import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { explainFileError, type PathSetting } from '../../../packages/local-servers/file-errors.ts';

const settings: readonly PathSetting[] = [
  { name: 'CHIRPSMITH_HOME', path: '/srv/home' },
  { name: 'TMPDIR', path: '/tmp' },
  { name: '--out', path: '/srv/home/music' },
];

const failed = (code: string, file?: string) =>
  Object.assign(new Error(`${code}: …`), { code, syscall: 'open', ...(file && { path: file }) });

describe('an error of the file system', () => {
  it.each([
    ['ENOSPC', 'the disk is full. Make room there, or point CHIRPSMITH_HOME at another disk.'],
    ['EDQUOT', 'your disk quota is used up. Make room there, or point CHIRPSMITH_HOME at another disk.'],
    ['EROFS', 'the file system is read-only. Point CHIRPSMITH_HOME at a directory that can be written.'],
    [
      'ENOENT',
      'it does not exist. Create its directory, or point CHIRPSMITH_HOME at a directory that exists.',
    ],
    ['ENOTDIR', 'a part of the path is a file. Point CHIRPSMITH_HOME at a directory.'],
    ['EEXIST', 'a file is there already. Move it away, or point CHIRPSMITH_HOME at a directory.'],
    ['EISDIR', 'it is a directory. Move it away, or point CHIRPSMITH_HOME elsewhere.'],
    ['ELOOP', 'a link in the path leads back to itself. Point CHIRPSMITH_HOME at the directory itself.'],
    ['ENAMETOOLONG', 'the path is too long. Point CHIRPSMITH_HOME at a shorter path.'],
    ['EIO', 'the disk reports an error. Check the disk, or point CHIRPSMITH_HOME at another one.'],
    ['EMFILE', 'this process has too many files open. Raise the limit of open files (ulimit -n).'],
    ['ENFILE', 'this machine has too many files open. Close other programs.'],
  ])('%s is reported with the path, the cause and the next step', (code, words) => {
    const file = '/srv/home/log/start.log';
    expect(explainFileError(failed(code, file), settings)).toBe(`${file} cannot be used: ${words}`);
  });

  it.each([
    ['/tmp/x', 'TMPDIR'],
    ['/srv/home/music/a.mp3', '--out'],
    ['/srv/home', 'CHIRPSMITH_HOME'],
    ['/srv/homely/a', undefined],
    [undefined, 'CHIRPSMITH_HOME'],
  ])('names the innermost setting that leads to %s', (file, name) => {
    const told = explainFileError(failed('ENOSPC', file), settings);
    const pointed = /point (\S+) at/.exec(told ?? '')?.[1];
    expect(pointed).toBe(name);
    expect(told).toContain(file ?? '/srv/home');
  });

  it('is found behind the error that it caused, also in a message of LevelDB', () => {
    const cause = new Error('IO error: /srv/home/dynamodb/000005.log: No space left on device');
    const error = new Error('The table cannot be written.', { cause });
    expect(explainFileError(error, settings)).toMatch(/^\/srv\/home\/dynamodb\/000005\.log .* disk is full/);
  });

  it('of another user’s files names their owner and how to take them over', () => {
    const uid = process.getuid?.();
    if (uid === undefined) return;
    const home = mkdtempSync(path.join(tmpdir(), 'home-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const me = vi.spyOn(process, 'getuid').mockReturnValue(uid + 1000);
    onTestFinished(() => me.mockRestore());
    const mine = [{ name: 'CHIRPSMITH_HOME', path: home }];
    const whose = uid === 0 ? 'root' : `user ${uid}`;
    const file = path.join(home, 'log', 'start.log');
    expect(explainFileError(failed('EACCES', file), mine)).toBe(
      `${file} cannot be used: it belongs to ${whose}. Make it yours (sudo chown -R ${uid + 1000} "${home}"), ` +
        'or point CHIRPSMITH_HOME at a directory of your own.',
    );
    const missing = [{ name: 'CHIRPSMITH_HOME', path: path.join(home, 'new') }];
    expect(explainFileError(failed('EACCES', path.join(home, 'new')), missing)).toMatch(
      /belongs to [^.]*\. Point CHIRPSMITH_HOME at a directory of your own\.$/,
    );
  });

  it('of one’s own files without permission says how to permit it', () => {
    const home = mkdtempSync(path.join(tmpdir(), 'home-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const file = path.join(home, 'a');
    writeFileSync(file, '');
    expect(explainFileError(failed('EPERM', file), [{ name: 'CHIRPSMITH_HOME', path: home }])).toBe(
      `${file} cannot be used: permission is missing. Permit it (chmod -R u+rwX "${home}"), ` +
        'or point CHIRPSMITH_HOME at a directory of your own.',
    );
  });

  it('is nothing else: errors of the network and of the program are left alone', () => {
    for (const error of [
      failed('ECONNREFUSED'),
      failed('EADDRINUSE'),
      new TypeError('x'),
      'ENOSPC',
      undefined,
    ]) {
      expect(explainFileError(error, settings)).toBeUndefined();
    }
  });
});
