import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrackAnswer } from '../../functions/api/contract/track.ts';
import { commandsOf, last, standing, tracks } from './fake-session.ts';
import { run, temporaryFolder } from './run-command.ts';
import { wav } from './wav.ts';

describe('what cannot be done', () => {
  it.each([
    ['cancel', [], 'ready', 'nothing to cancel'],
    ['approve', [], 'failed', 'nothing to approve'],
    ['decide', ['--check-again'], 'cancelled', 'nothing to decide'],
    ['resume', [], 'abandoned', 'abandoned'],
  ] as const)(
    '%s %j says so of a session that is %s, with exit code 1',
    async (command, flags, status, words) => {
      const { home, sessionId } = await standing({ status });
      const ended = await run(command, [sessionId, ...flags], { home });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(words);
    },
  );

  it('says with it what can be done instead', async () => {
    const { home, sessionId } = await standing({ status: 'cancelled' });
    const ended = await run('approve', [sessionId, '--json'], { home });
    expect(last(ended)).toMatchObject({ event: 'error' });
    expect(commandsOf(ended)).toEqual([`npx chirpsmith resume ${sessionId} --watch`]);
  });
});

describe('the id of a session', () => {
  const id = 'abcd1111-0000-4000-8000-000000000001';
  const other = 'abcd2222-0000-4000-8000-000000000002';
  const all: readonly (readonly [string, readonly string[]])[] = [
    ['status', []],
    ['resume', []],
    ['cancel', []],
    ['approve', []],
    ['decide', ['--abandon']],
    ['delete', ['--yes']],
  ];

  it('may be its beginning, in any case', async () => {
    const { home, fake } = await standing({ sessionId: id, status: 'failed' });
    fake.add({ sessionId: other });
    const ended = await run('status', ['ABCD1', '--json'], { home });
    expect(last(ended)).toMatchObject({ event: 'session.status', sessionId: id });
  });

  it('is asked for again, with the names, when several begin like this', async () => {
    const { home, fake, posts } = await standing({ sessionId: id, name: 'One' });
    fake.add({ sessionId: other, name: 'Two' });
    for (const [command, flags] of all) {
      const ended = await run(command, ['abcd', ...flags, '--json'], { home });
      expect(ended.code).toBe(2);
      expect(last(ended)).toMatchObject({
        event: 'input.rejected',
        problems: [
          { where: other, message: '"Two", open' },
          { where: id, message: '"One", open' },
        ],
      });
    }
    expect(posts()).toEqual([]);
  });

  it.each(['beef', 'abc', 'ffffffff-0000-4000-8000-000000000000'])(
    'is refused as %s, by its name',
    async (typed) => {
      const { home, posts } = await standing({ sessionId: id });
      for (const [command, flags] of all) {
        const ended = await run(command, [typed, ...flags, '--json'], { home });
        expect(ended.code).toBe(2);
        expect(last(ended)).toMatchObject({ event: 'input.rejected', problems: [{ where: typed }] });
      }
      expect(posts()).toEqual([]);
    },
  );

  it('is unknown where there is no home, and none is made', async () => {
    const home = join(await temporaryFolder(), 'none');
    for (const [command, flags] of all) {
      expect((await run(command, [id, ...flags], { home })).code).toBe(2);
    }
    await expect(writeFile(join(home, 'x'), '')).rejects.toThrow('ENOENT');
  });
});

describe('npx chirpsmith replace', () => {
  const rejected: TrackAnswer = {
    trackId: '007',
    file: 'bad.wav',
    status: 'failed',
    attempts: 1,
    failure: { error: 'ProviderRefused', reason: 'Copyright.', permanent: true },
  };
  const failed = { status: 'failed' as const, tracks: [...tracks.slice(0, 6), rejected] };
  const file = async (home: string, name = 'good.wav', bytes = wav(7, 900)) => {
    const path = join(home, name);
    await writeFile(path, bytes);
    return path;
  };

  it.each(['7', '007', 'bad.wav'])(
    'puts a file in the place of track %s and says how to go on',
    async (track) => {
      const { home, fake, sessionId } = await standing(failed);
      const ended = await run('replace', [sessionId, track, await file(home), '--json'], { home });
      expect(ended.code).toBe(0);
      expect(last(ended)).toMatchObject({ event: 'track.replaced', trackId: '007', file: 'good.wav' });
      expect(commandsOf(ended)).toEqual([`npx chirpsmith resume ${sessionId} --watch`]);
      expect(fake.stored.get('good.wav')).toEqual(wav(7, 900));
      expect(fake.session(sessionId).tracks[6]).toMatchObject({ file: 'good.wav', status: 'declared' });
      expect(ended.stdout).not.toContain('must-not-be-shown');
    },
  );

  it('is offered by status, first of all where the same file is of no use', async () => {
    const { home, sessionId } = await standing(failed);
    const shown = await run('status', [sessionId, '--json'], { home });
    expect(commandsOf(shown)).toEqual([
      `npx chirpsmith replace ${sessionId} 007 FILE`,
      `npx chirpsmith resume ${sessionId} --watch`,
    ]);
  });

  it('asks no question about a file that cannot be used', async () => {
    const { home, fake, sessionId } = await standing(failed);
    const short = await file(home, 'short.wav', wav(1, 300));
    for (const [path, where] of [
      [short, 'short.wav'],
      [home, home],
      [join(home, 'none.wav'), join(home, 'none.wav')],
    ] as const) {
      const ended = await run('replace', [sessionId, '7', path, '--json'], { home });
      expect(ended.code).toBe(2);
      expect(last(ended)).toMatchObject({ event: 'input.rejected', problems: [{ where }] });
    }
    expect(fake.requests).toEqual([]);
  });

  it('names the tracks when it is given one that is not there', async () => {
    const { home, sessionId } = await standing(failed);
    const ended = await run('replace', [sessionId, '8', await file(home), '--json'], { home });
    expect(ended.code).toBe(2);
    expect(last(ended)?.problems).toHaveLength(7);
  });

  it('asks for the number where two tracks have the name, and changes neither', async () => {
    const twice = { ...failed, tracks: [...failed.tracks, { ...rejected, trackId: '008' }] };
    const { home, fake, sessionId } = await standing(twice);
    const ended = await run('replace', [sessionId, 'bad.wav', await file(home), '--json'], { home });
    expect(ended.code).toBe(2);
    expect(last(ended)?.message).toContain('several tracks "bad.wav": give the number of one');
    expect(fake.stored.size).toBe(0);
    expect((await run('replace', [sessionId, '8', await file(home), '--json'], { home })).code).toBe(0);
  });

  it('leaves a finished track alone', async () => {
    const { home, fake, sessionId } = await standing(failed);
    const ended = await run('replace', [sessionId, '1', await file(home), '--json'], { home });
    expect(ended.code).toBe(1);
    expect(last(ended)).toMatchObject({ event: 'error', message: expect.stringContaining('"done"') });
    expect(fake.stored.size).toBe(0);
  });
});
