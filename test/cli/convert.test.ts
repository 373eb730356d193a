import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { join as joined, little } from '../../test-support/audio-files/bytes.ts';
import { matroskaFile } from '../../test-support/audio-files/matroska.ts';
import { coded } from '../../test-support/audio-files/mp4.ts';
import { fakeFfmpeg } from './fake-ffmpeg.ts';
import { last } from './fake-session.ts';
import { prepared } from './prepared-folder.ts';
import { events, run, spawned, temporaryFolder } from './run-command.ts';

const caf = joined('caff', little(1, 4), 'desc', new Uint8Array(16), 'lpcm', coded(2000));
const webm = matroskaFile({ seconds: 10, open: true });

/** The prepared folder with two files that are to be converted, and a place of its own for temporary files: other tests convert as well. */
async function withOthers(options: Parameters<typeof prepared>[0] = {}) {
  const all = await prepared(options);
  const temporary = await temporaryFolder();
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  await writeFile(join(all.tracks, "it's a song.caf"), caf);
  await writeFile(join(all.tracks, 'talk.webm'), webm);
  const converted = async () =>
    (await readdir(temporary)).filter((name) => name.startsWith('chirpsmith-converted-'));
  return { ...all, temporary, converted };
}

describe('--convert', () => {
  it('converts what the provider may not take, says so, and leaves the originals and nothing else', async () => {
    const { home, tracks, fake, converted } = await withOthers();
    const { path, calls } = await fakeFfmpeg();
    const args = [tracks, '--name', 'x', '--json', '--convert'];
    const ended = await run('train', args, { home, env: { PATH: path } });
    expect(ended.code).toBe(0);
    expect([...fake.stored.keys()].sort().slice(-2)).toEqual(["it's a song.flac", 'talk.mp3']);
    const checked = events(ended).filter(({ event }) => event === 'file.checked');
    expect(checked).toContainEqual(
      expect.objectContaining({ file: "it's a song.flac", format: 'FLAC', convertedFrom: "it's a song.caf" }),
    );
    expect(Buffer.from(await readFile(join(tracks, "it's a song.caf")))).toEqual(Buffer.from(caf));
    expect(await converted()).toEqual([]);
    const [first = '', second = ''] = (await readFile(calls, 'utf8')).trim().split('\n').sort().reverse();
    // A recording of 5 kbit/s does not need 320.
    expect([first, second].join('\n')).toMatch(/-c:a libmp3lame -b:a 64k/);
    expect([first, second].join('\n')).toMatch(/-map 0:a:0 .*-c:a flac/);
  });

  it('says it in plain words too', async () => {
    const { home, tracks } = await withOthers();
    const { path } = await fakeFfmpeg();
    const args = [tracks, '--name', 'x', '--convert', '--dry-run'];
    const ended = await run('train', args, { home, env: { PATH: path } });
    expect(ended.stdout).toContain('converted from talk.webm');
  });

  it('gives a converted file another name where there is one of that name already', async () => {
    const { home, tracks, fake } = await withOthers();
    await writeFile(join(tracks, 'talk.mp3'), await readFile(join(tracks, '01 a.wav')));
    const { path } = await fakeFfmpeg();
    const args = [tracks, '--name', 'x', '--json', '--convert'];
    expect((await run('train', args, { home, env: { PATH: path } })).code).toBe(0);
    expect(fake.stored.has('talk.webm.mp3')).toBe(true);
  });

  it('is refused without ffmpeg, with how to install it, before any file is read', async () => {
    const { home, tracks, fake } = await withOthers();
    const empty = await temporaryFolder();
    const args = [tracks, '--name', 'x', '--json', '--convert'];
    const ended = await run('train', args, { home, env: { PATH: empty } });
    expect(ended.code).toBe(2);
    const message = expect.stringMatching(/not on the PATH.*To get it: .*install.* ffmpeg$/);
    expect(last(ended)).toMatchObject({ problems: [{ where: '--convert', message }] });
    expect(fake.requests).toEqual([]);
  });

  it.each(['the same', 'another'])(
    'a resume after a Ctrl-C in the uploads converts again what is missing, if the original is %s file',
    async (which) => {
      const { promise: putsGoOn, resolve: goOn } = Promise.withResolvers<unknown>();
      const { home, tracks, fake, temporary, converted } = await withOthers({ putsTaken: 4, putsGoOn });
      const { path } = await fakeFfmpeg();
      const left = await spawned('train', [tracks, '--name', 'x', '--json', '--convert'], {
        home,
        env: { PATH: path, TMPDIR: temporary },
        watch: (child, output) => {
          if (output.includes('file.uploaded')) child.kill('SIGINT');
        },
      });
      expect(left.code).toBe(130);
      expect(fake.stored.has('talk.mp3')).toBe(false);
      goOn(undefined);
      const [, sessionId = ''] = /resume (\S+) --watch/.exec(left.printed) ?? [];
      if (which === 'another') await rename(join(tracks, 'talk.webm'), join(tracks, 'moved.webm'));
      const resumed = await run('resume', [sessionId, '--watch', '--json'], { home, env: { PATH: path } });
      expect(resumed.code, resumed.stdout).toBe(which === 'the same' ? 0 : 1);
      expect(fake.stored.has("it's a song.flac")).toBe(true);
      expect(fake.stored.has('talk.mp3')).toBe(which === 'the same');
      expect(await converted()).toEqual([]);
    },
  );

  it('names the file that ffmpeg cannot convert, with its words', async () => {
    const { home, tracks } = await withOthers();
    await rm(join(tracks, 'talk.webm'));
    const { path } = await fakeFfmpeg({ fails: 'Invalid data found when processing input' });
    const args = [tracks, '--name', 'x', '--json', '--convert'];
    const ended = await run('train', args, { home, env: { PATH: path } });
    expect(ended.code).toBe(2);
    const message = 'ffmpeg could not convert it: Invalid data found when processing input.';
    expect(last(ended)).toMatchObject({ problems: [{ where: "it's a song.caf", message }] });
  });
});

describe('without --convert', () => {
  it('a refusal holds a command that converts the file beside itself, and the flag that would', async () => {
    const { home, tracks } = await withOthers();
    const refused = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(refused.code).toBe(2);
    expect(last(refused)?.message).toContain('--convert would convert 1 of them');
    const { problems }: { problems: { message: string }[] } = JSON.parse(
      refused.stdout.trim().split('\n').at(-1) ?? '',
    );
    const [, command = ''] = / As in: (.*)$/.exec(problems[0]?.message ?? '') ?? [];
    const { path } = await fakeFfmpeg();
    await promisify(execFile)('/bin/sh', ['-c', command], { env: { PATH: path } });
    await rm(join(tracks, "it's a song.caf"));
    const again = await run('train', [tracks, '--name', 'x', '--json', '--dry-run'], { home });
    expect(last(again)).toMatchObject({ event: 'dry-run.passed', usable: 8 });
  });

  it('says which files the provider may refuse for their kind', async () => {
    const { home, tracks } = await withOthers();
    await rm(join(tracks, "it's a song.caf"));
    const ended = await run('train', [tracks, '--name', 'x', '--json', '--dry-run'], { home });
    const message = expect.stringMatching(/1 file of a kind .*\(WebM \(Opus\)\): --convert/);
    expect(events(ended)).toContainEqual({ event: 'note', message });
  });

  it('training with fewer files than the folder holds is said once more before the cost', async () => {
    const { home, tracks } = await prepared();
    await writeFile(
      join(tracks, 'screen.mp4'),
      matroskaFile({ seconds: 9, soundTrack: false, pictureSeconds: 9 }),
    );
    await writeFile(join(tracks, 'text.mp3'), 'no audio, just words. '.repeat(50));
    const args = [tracks, '--name', 'x', '--json', '--dry-run', '--skip-invalid'];
    const ended = await run('train', args, { home });
    const message = 'Of 8 files, 6 are trained on. Left out: screen.mp4, text.mp3.';
    const told = events(ended).map((event) => (event.event === 'note' ? event.message : event.event));
    const once = [...new Set(told)];
    expect(once.slice(-4)).toEqual([message, 'cost', 'dry-run.checked', 'dry-run.passed']);
  });
});
