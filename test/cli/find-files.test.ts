import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findFiles } from '../../cli/find-files.ts';
import { matroskaFile } from '../../test-support/audio-files/matroska.ts';
import { mp4File } from '../../test-support/audio-files/mp4.ts';
import { temporaryFolder } from './run-command.ts';
import { wav } from './wav.ts';

async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

const names = (found: Awaited<ReturnType<typeof findFiles>>) => found.files.map(({ name }) => name);

describe('finding files', () => {
  it('takes the audio in a folder in numeric order, with any characters in the names', async () => {
    const odd = ['10 b.mp3', '2 a+b #1.wav', 'côté é.ogg', '洞窟 "x".opus', 'back\\slash.flac', 'ÜPPER.MP3'];
    const folder = await folderWith(Object.fromEntries(odd.map((name) => [name, 'x'])));
    const found = await findFiles([folder], '/');
    expect(names(found)).toEqual([
      '2 a+b #1.wav',
      '10 b.mp3',
      'back\\slash.flac',
      'côté é.ogg',
      'ÜPPER.MP3',
      '洞窟 "x".opus',
    ]);
    expect(found.problems).toEqual([]);
  });

  it('says nothing of hidden files and of what desktops leave behind', async () => {
    const folder = await folderWith({
      'a.mp3': 'x',
      '.DS_Store': 'x',
      '._a.mp3': 'x',
      'Thumbs.db': 'x',
      'desktop.ini': 'x',
    });
    expect(await findFiles([folder], '/')).toMatchObject({ files: [{ name: 'a.mp3' }], skipped: [] });
  });

  it('skips other files and inner folders with a note, and takes audio under another name', async () => {
    const folder = await folderWith({ 'cover.jpg': 'x', 'notes.txt': 'x', 'take one': wav(1, 440) });
    await mkdir(join(folder, 'more.mp3'));
    const found = await findFiles([folder], '/');
    expect(names(found)).toEqual(['take one']);
    expect(found.skipped).toEqual([
      { file: 'cover.jpg', reason: 'not audio' },
      { file: 'more.mp3', reason: expect.stringContaining('not looked into') },
      { file: 'notes.txt', reason: 'not audio' },
    ]);
  });

  it('lets the content decide where a name promises a picture, or nothing', async () => {
    const folder = await folderWith({
      'phone.3gp': Buffer.from(mp4File({ seconds: 7, brand: '3gp4' })),
      'chrome.webm': Buffer.from(matroskaFile({ seconds: 7, open: true })),
      'screen.mkv': Buffer.from(matroskaFile({ seconds: 0, soundTrack: false, pictureSeconds: 7 })),
      'broken off.mov': Buffer.from(mp4File({ seconds: 7, moov: 'end' }).slice(0, 400)),
      'old.mov': Buffer.from(mp4File({ seconds: 7, brand: 'none', moov: 'end' })),
      'lossless.tta': 'TTA1',
      'no name': Buffer.from(mp4File({ seconds: 7 })),
      'film.avi': Buffer.from('RIFF\0\0\0\0AVI LIST'.padEnd(200, 'x')),
      'empty.webm': '',
    });
    const found = await findFiles([folder], '/');
    expect(names(found)).toEqual([
      'broken off.mov',
      'chrome.webm',
      'film.avi',
      'lossless.tta',
      'no name',
      'old.mov',
      'phone.3gp',
    ]);
    expect(found.skipped).toEqual([
      { file: 'empty.webm', reason: expect.stringContaining('is empty') },
      { file: 'screen.mkv', reason: expect.stringContaining('There is no sound in this file') },
    ]);
  });

  it('takes every named file, and one that is named twice once', async () => {
    const folder = await folderWith({ 'notes.txt': 'x', 'a.mp3': 'x' });
    const found = await findFiles(['notes.txt', 'a.mp3', '.', './a.mp3'], folder);
    expect(names(found)).toEqual(['notes.txt', 'a.mp3']);
  });

  it('finds a name however its accents are written', async () => {
    const folder = await folderWith({ 'e\u0301te\u0301.mp3': 'x', '\u00FCber.mp3': 'x' });
    const found = await findFiles(['\u00E9t\u00E9.mp3', 'u\u0308ber.mp3'], folder);
    expect(found.files).toEqual([
      { path: join(folder, 'e\u0301te\u0301.mp3'), name: '\u00E9t\u00E9.mp3' },
      { path: join(folder, '\u00FCber.mp3'), name: '\u00FCber.mp3' },
    ]);
  });

  it('distinguishes files of one name by their folders', async () => {
    const folder = await temporaryFolder();
    for (const album of ['live', 'studio']) {
      await mkdir(join(folder, album));
      await writeFile(join(folder, album, '01.mp3'), album);
    }
    await writeFile(join(folder, '02.mp3'), 'x');
    const found = await findFiles(['live', 'studio', '.'], folder);
    expect(names(found)).toEqual(['live/01.mp3', 'studio/01.mp3', '02.mp3']);
  });

  it('follows links, and keeps one that leads nowhere so that it is named', async () => {
    const folder = await folderWith({ 'a.mp3': 'x' });
    const links = await temporaryFolder();
    await symlink(join(folder, 'a.mp3'), join(links, 'linked.mp3'));
    await symlink(join(folder, 'gone.mp3'), join(links, 'broken.mp3'));
    await symlink(links, join(links, 'loop'));
    const found = await findFiles([links], '/');
    expect(names(found)).toEqual(['broken.mp3', 'linked.mp3']);
    expect(found.skipped).toEqual([{ file: 'loop', reason: expect.stringContaining('not looked into') }]);
  });

  it('never opens a pipe, which would wait for ever', async () => {
    const folder = await folderWith({ 'a.mp3': 'x' });
    await promisify(execFile)('mkfifo', [join(folder, 'pipe.mp3'), join(folder, 'pipe')]);
    expect(await findFiles([folder, join(folder, 'pipe.mp3')], '/')).toMatchObject({
      files: [{ name: 'a.mp3' }],
      skipped: [
        { file: 'pipe', reason: 'not a file' },
        { file: 'pipe.mp3', reason: 'not a file' },
      ],
      problems: [{ message: 'Neither a file nor a folder.' }],
    });
  });

  it('names every path that leads nowhere and every folder without audio', async () => {
    const folder = await folderWith({ 'notes.txt': 'x' });
    await mkdir(join(folder, 'album'));
    const found = await findFiles([folder, 'no such folder', 'notes.txt/a.mp3'], folder);
    expect(found.problems).toEqual([
      { where: folder, message: expect.stringContaining('Folders inside it are not looked into') },
      { where: 'no such folder', message: expect.stringContaining('no such file or folder') },
      { where: 'notes.txt/a.mp3', message: expect.stringContaining('is a file, not a folder') },
    ]);
  });
});
