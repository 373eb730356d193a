import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellQuote } from '../../packages/terminal/shell-quote.ts';
import { commandsOf, last } from './fake-session.ts';
import { modelId, type Step, toReady } from './fake-sessions.ts';
import { prepared } from './prepared-folder.ts';
import { events, run, spawned } from './run-command.ts';
import { wav } from './wav.ts';

const escapeSign = String.fromCharCode(27);

const failing = (
  status: NonNullable<Step['status']>,
  error: 'TrainingFailed' | 'NeedsDecision' | 'DeadlineExceeded',
): Step[] => [{ status, failure: { error, reason: 'Its own words.' } }];

describe('npx chirpsmith train', () => {
  it('uploads every byte and ends with the model, as JSON lines and nothing else', async () => {
    const { home, fake, tracks } = await prepared({ steps: toReady });
    await writeFile(join(tracks, '07 again.wav'), await readFile(join(tracks, '01 a.wav')));
    const ended = await spawned('train', [tracks, '--name', 'Night Drive', '--json'], { home });

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const told = events(ended);
    expect(told.filter(({ event }) => event === 'file.uploaded')).toHaveLength(6);
    expect(told.filter(({ event }) => event === 'track.done')).toHaveLength(6);
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'file.checked', file: '07 again.wav', duplicateOf: '01 a.wav' }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'cost', uploads: 6, credits: 106, sandbox: true }),
    );
    expect(told.at(-1)).toMatchObject({
      event: 'session.ready',
      sessionId: fake.starts[0],
      modelId,
      creditsSpent: 106,
      providerCalls: 20,
      seconds: expect.any(Number),
      next: [
        { words: 'To make music with it:', command: expect.stringContaining(`generate --model ${modelId} `) },
      ],
    });
    expect(told.at(-1)?.tracks).toHaveLength(7);
    expect([...fake.stored.keys()].sort()).toEqual([
      '01 a.wav',
      '02 b+c.wav',
      '03 #1.wav',
      '04 cot\u00E9.wav',
      '05 洞窟.wav',
      '06 "q".wav',
    ]);
    expect(fake.stored.get('05 洞窟.wav')).toEqual(await readFile(join(tracks, '05 洞窟.wav')));
    expect(ended.stdout).not.toContain('must-not-be-shown');
  });

  it('uploads each file to its own URL though their names differ by Unicode or by what is cut off only', async () => {
    const { home, fake, tracks } = await prepared();
    await writeFile(join(tracks, '04 cot\u00E9.wav'), wav(6.5, 500));
    const long = `${'x'.repeat(251)}.wav`;
    for (const [index, album] of ['live', 'studio'].entries()) {
      await mkdir(join(home, album));
      await writeFile(join(home, album, long), wav(6.5, 600 + 40 * index));
    }
    const paths = [tracks, join(home, 'live'), join(home, 'studio')];
    const ended = await run('train', [...paths, '--name', 'Alike', '--json'], { home });
    expect(ended.code).toBe(0);
    expect(fake.refused).toEqual([]);
    const told = events(ended).filter(({ event }) => event === 'file.uploaded');
    expect(told.map(({ trackId }) => trackId).sort()).toEqual(
      Array.from({ length: 9 }, (_, index) => `00${index + 1}`),
    );
  });

  it('says the same in plain lines, without any escape sequence or secret', async () => {
    const { home, tracks } = await prepared({ steps: toReady });
    const ended = await run('train', [tracks, '--name', 'Night Drive'], {
      home,
      env: { FORCE_COLOR: '1', TERM: 'xterm-256color' },
    });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('no real model is made, no real credits');
    expect(ended.stdout).toContain(`Model ready: ${modelId}`);
    expect(ended.stdout + ended.stderr).not.toContain(escapeSign);
    expect(ended.stdout + ended.stderr).not.toContain('must-not-be-shown');
  });

  it.each([
    ['needs a decision', failing('needs-decision', 'NeedsDecision'), 3, 'session.needs-decision'],
    ['met its deadline', failing('failed', 'DeadlineExceeded'), 4, 'session.failed'],
  ])('tells by its exit code that the session %s', async (_, steps, code, event) => {
    const { home, tracks } = await prepared({ steps });
    const ended = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(ended.code).toBe(code);
    expect(last(ended)).toMatchObject({ event });
  });

  it('stops watching at its own deadline and leaves the session running', async () => {
    const { home, tracks, fake } = await prepared({ steps: [{ status: 'training' }] });
    const ended = await run('train', [tracks, '--name', 'x', '--json', '--deadline', '0.3'], { home });
    expect(ended.code).toBe(4);
    expect(last(ended)).toMatchObject({
      event: 'session.deadline',
      next: [{ command: `npx chirpsmith status ${fake.starts[0]} --watch` }],
    });
  });

  it('names every file that cannot be used, and touches nothing', async () => {
    const { home, tracks, fake } = await prepared();
    await writeFile(join(tracks, 'text.mp3'), 'no audio, just words. '.repeat(50));
    await writeFile(join(tracks, 'empty.wav'), '');
    await writeFile(join(tracks, 'short.wav'), wav(1, 300));
    const ended = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ event: 'input.rejected', usable: 6, needed: 6 });
    const problems = last(ended)?.problems;
    expect(problems).toHaveLength(3);
    for (const where of ['text.mp3', 'empty.wav', 'short.wav']) {
      expect(problems).toContainEqual({ where, message: expect.stringMatching(/./) });
    }
    expect(fake.requests).toEqual([]);

    const plain = await run('train', [tracks, '--name', 'x'], { home });
    expect(plain.code).toBe(2);
    for (const name of ['text.mp3', 'empty.wav', 'short.wav']) expect(plain.stderr).toContain(name);
  });

  it('trains on the rest with --skip-invalid, if that is enough', async () => {
    const { home, tracks, fake } = await prepared();
    await writeFile(join(tracks, 'text.mp3'), 'no audio, just words. '.repeat(50));
    const args = [tracks, '--name', 'x', '--json', '--skip-invalid'];
    const ended = await run('train', args, { home });
    expect(ended.code).toBe(0);
    expect(fake.stored.size).toBe(6);

    const more = await run('train', [...args, '--min-clips', '7'], { home });
    expect(more.code).toBe(2);
    expect(last(more)).toMatchObject({ usable: 6, needed: 7, problems: [{ where: 'text.mp3' }] });
  });

  it('does not count the same bytes twice towards the six', async () => {
    const { home, tracks } = await prepared();
    await writeFile(join(tracks, '06 "q".wav'), await readFile(join(tracks, '01 a.wav')));
    const ended = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ usable: 5, needed: 6 });
  });

  it('names a folder that does not exist, and an unknown option with the one that was meant', async () => {
    const { home } = await prepared();
    const folder = await run('train', ['no such folder', '--name', 'x', '--json'], { home });
    expect(folder.code).toBe(2);
    expect(last(folder)).toMatchObject({ event: 'input.rejected', problems: [{ where: 'no such folder' }] });

    const option = await run('train', ['--json', '--naem', 'x'], { home });
    expect(option.code).toBe(2);
    expect(events(option)).toEqual([
      expect.objectContaining({
        event: 'input.rejected',
        problems: [{ where: '--naem', message: expect.stringContaining('--name') }],
      }),
    ]);
  });

  it('sends a file again when the storage was busy, and gives up without starting', async () => {
    const busy = await prepared({ putStatuses: [503, 0] });
    const ended = await run('train', [busy.tracks, '--name', 'x', '--json'], { home: busy.home });
    expect(ended.code).toBe(0);
    expect(events(ended).filter(({ event }) => event === 'file.upload-retried')).toHaveLength(2);

    const refusing = await prepared({ putStatuses: [400] });
    const failed = await run('train', [refusing.tracks, '--name', 'x', '--json'], { home: refusing.home });
    expect(failed.code).toBe(1);
    expect(last(failed)).toMatchObject({ event: 'error', problems: [{ where: refusing.fake.refused[0] }] });
    expect(refusing.fake.refused).toHaveLength(1);
    expect(refusing.fake.starts).toEqual([]);
  });

  it('gets a new URL when one has expired', async () => {
    const { home, tracks, fake } = await prepared({ putStatuses: [403] });
    const ended = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(ended.code).toBe(0);
    expect(fake.stored.size).toBe(6);
  });

  it('cut off in the uploads, is gone on with by resume: the rest is uploaded, renamed files too, and no byte twice', async () => {
    const { home, tracks, fake } = await prepared({ putStatuses: [400] });
    const cut = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(cut.code).toBe(1);
    const sessionId = String(events(cut).find(({ event }) => event === 'session.created')?.sessionId);
    const [missing = ''] = fake.refused;
    const onDisk = (await readdir(tracks)).find((name) => name.normalize('NFC') === missing) ?? '';
    await rename(join(tracks, onDisk), join(tracks, 'renamed.wav'));
    const before = fake.requests.length;
    const ended = await run('resume', [sessionId, '--watch', '--json'], { home });
    expect(ended.code).toBe(0);
    const puts = fake.requests.slice(before).filter((request) => request.startsWith('PUT '));
    expect(puts).toHaveLength(1);
    expect(fake.stored.size).toBe(6);
  });

  it.each([
    ['is gone from the disk', 'It is not where it was on this disk: '],
    ['has other bytes now', 'Its bytes changed since the session was made: '],
  ])('whose missing file %s says so and how to go on, and starts nothing', async (what, reason) => {
    const { home, tracks, fake } = await prepared({ putStatuses: [400] });
    const cut = await run('train', [tracks, '--name', 'x', '--json'], { home });
    const sessionId = String(events(cut).find(({ event }) => event === 'session.created')?.sessionId);
    const [missing = ''] = fake.refused;
    const onDisk = (await readdir(tracks)).find((name) => name.normalize('NFC') === missing) ?? '';
    const [path, elsewhere] = [join(tracks, onDisk), join(home, 'elsewhere.wav')];
    const isGone = what.startsWith('is gone');
    if (isGone) await rename(path, elsewhere);
    else await writeFile(path, wav(7, 999));
    const lost = await run('resume', [sessionId, '--watch', '--json'], { home });
    expect(lost.code).toBe(1);
    expect(fake.session(sessionId).status).toBe('open');
    expect(last(lost)).toMatchObject({ problems: [{ where: missing, message: `${reason}${path}.` }] });
    expect(JSON.stringify(last(lost))).not.toContain('run the command again');
    // As the commands advise.
    const [replace = '', resume = ''] = commandsOf(lost).map(String);
    const trackId = /npx chirpsmith replace \S+ (\d+) /.exec(replace)?.[1] ?? '';
    expect(replace).toBe(
      `npx chirpsmith replace ${sessionId} ${trackId} ${isGone ? 'FILE' : shellQuote(path)}`,
    );
    expect(lost.printed).toContain(`CHIRPSMITH_HOME=${home} npx chirpsmith replace`);
    const file = isGone ? elsewhere : path;
    expect((await run('replace', [sessionId, trackId, file, '--json'], { home })).code).toBe(0);
    expect(resume).toBe(`npx chirpsmith resume ${sessionId} --watch`);
    expect((await run('resume', [sessionId, '--watch', '--json'], { home })).code).toBe(0);
  });

  it('gets a new token when the one in the home has expired', async () => {
    const { home, tracks } = await prepared({ expiredToken: true });
    const ended = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(ended.code).toBe(0);
    expect(ended.stdout).not.toContain('must-not-be-shown');
  });

  it('says how to come back to a session when no answer to its start comes', async () => {
    const { home, tracks } = await prepared({
      others: (route) => (route.endsWith('/start') ? 'cut' : undefined),
    });
    const ended = await run('train', [tracks, '--name', 'x', '--json'], { home });
    expect(ended.code).toBe(1);
    const sessionId = events(ended).find(({ event }) => event === 'session.created')?.sessionId;
    expect(last(ended)).toMatchObject({
      event: 'session.lost',
      next: [{ command: `npx chirpsmith status ${sessionId} --watch` }],
    });
  });

  it('leaves the session running at Ctrl-C and says how to come back', async () => {
    const { home, tracks, fake } = await prepared({ steps: [{ status: 'training' }] });
    let pressed = false;
    const ended = await spawned('train', [tracks, '--name', 'x'], {
      home,
      watch: (child, output) => {
        if (pressed || !output.includes('Training:')) return;
        pressed = true;
        // npm hands the signal on as well: one press is two signals.
        child.kill('SIGINT');
        child.kill('SIGINT');
      },
    });
    expect(ended.code).toBe(130);
    expect(ended.stdout).toContain(`npx chirpsmith status ${fake.starts[0]} --watch`);
    expect(ended.stdout).toContain('the session goes on');
  });

  it('starts nothing when Ctrl-C comes during the uploads', async () => {
    const { home, tracks, fake } = await prepared({ putDelay: 3000 });
    const ended = await spawned('train', [tracks, '--name', 'x', '--json'], {
      home,
      watch: (child, output) => {
        if (output.includes('session.created')) child.kill('SIGINT');
      },
    });
    expect(ended.code).toBe(130);
    const [created] = events(ended).filter(({ event }) => event === 'session.created');
    const command = `npx chirpsmith resume ${created?.sessionId} --watch`;
    expect(last(ended)).toMatchObject({ event: 'session.detached', running: false, next: [{ command }] });
    expect(fake.starts).toEqual([]);
  });
});
