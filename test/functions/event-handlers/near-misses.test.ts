import { describe, expect, it } from 'vitest';
import { nearMiss } from '../../../functions/event-handlers/start-from-manifest/near-misses.ts';

const wrongRoot = {
  message: 'is not the inbox: put the folder under inbox/, in lower case and without a slash before it',
};
const noFolder = { message: 'lies in no folder: put it beside the audio, in a folder of inbox/' };
const wrongName = { message: 'is not looked at: call it manifest.json' };

describe('a key that was meant for the inbox', () => {
  it.each([
    ['inbox/a/Manifest.json', 'inbox/a/', [{ where: 'Manifest.json', ...wrongName }]],
    ['inbox/a/b/manifest.yaml', 'inbox/a/b/', [{ where: 'manifest.yaml', ...wrongName }]],
    ['inbox/a/manifest.yml', 'inbox/a/', [{ where: 'manifest.yml', ...wrongName }]],
    ['inbox/a/manifest-(12).json', 'inbox/a/', [{ where: 'manifest-(12).json', ...wrongName }]],
    ['inbox/a\nb/manifest', 'inbox/a\nb/', [{ where: 'manifest', ...wrongName }]],
    ['//Inbox/a/manifest.json', '//Inbox/a/', [{ where: '//Inbox/', ...wrongRoot }]],
    ['inbox/manifest.json', 'inbox/', [{ where: 'manifest.json', ...noFolder }]],
    [
      'INBOX/Manifest',
      'INBOX/',
      [
        { where: 'INBOX/', ...wrongRoot },
        { where: 'Manifest', ...noFolder },
        { where: 'Manifest', ...wrongName },
      ],
    ],
  ])('%j gets a report of all its mistakes beside it', (key, folder, problems) => {
    expect(nearMiss(key)).toEqual({ folder, report: `${folder}manifest.error.json`, problems });
  });

  it.each([
    'inbox/a/manifest.json',
    'inbox/a/song.mp3',
    'inbox/a/my-manifest.json',
    'inbox/a/manifest.json.mp3',
    'inbox/a/manifest.json/',
    'inbox/a/Manifest/',
    'inbox/',
    'audio/a/manifest',
    'audio/inbox/a/manifest',
    '',
  ])('%j is right, or none', (key) => {
    expect(nearMiss(key)).toBeUndefined();
  });
});
