import { describe, expect, it } from 'vitest';
import { commandsOf, last, standing } from './fake-session.ts';
import { run } from './run-command.ts';

describe('npx chirpsmith delete', () => {
  it('asks, and deletes the session that was named', async () => {
    const { home, fake, sessionId, posts } = await standing({ status: 'failed', name: 'Night Drive' });
    const ended = await run('delete', [sessionId.slice(0, 8)], { home, answer: true });
    expect(ended.questions).toEqual(['Delete "Night Drive" with its 7 files for good?']);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Deleted: "Night Drive"') });
    expect(posts()).toEqual([`DELETE /sessions/${sessionId}`]);
    expect(() => fake.session(sessionId)).toThrow();
  });

  it('does not ask with --yes, and says which model is left', async () => {
    const { home, sessionId } = await standing({ status: 'ready', modelId: 'chirp-custom:1' });
    const ended = await run('delete', [sessionId, '--yes', '--json'], { home, answer: false });
    expect(ended).toMatchObject({ code: 0, questions: [] });
    expect(last(ended)).toMatchObject({ event: 'session.deleted', files: 7, modelId: 'chirp-custom:1' });
  });

  it('repeats the request while a part is left, and shows how far it is', async () => {
    const { home, sessionId, posts } = await standing({ status: 'failed' }, { slices: 2 });
    const ended = await run('delete', [sessionId, '--yes', '--json'], { home });
    expect(ended).toMatchObject({ code: 0 });
    expect(posts()).toEqual(Array.from({ length: 3 }, () => `DELETE /sessions/${sessionId}`));
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(-3)).toMatchObject([
      { event: 'session.deleting', files: 1000, tracks: 250 },
      { event: 'session.deleting', files: 2000, tracks: 500 },
      { event: 'session.deleted' },
    ]);
  });

  it.each([
    ['the answer is no', false],
    ['nobody can be asked', undefined],
  ])('deletes nothing when %s', async (_, answer) => {
    const { home, sessionId, posts } = await standing({ status: 'failed' });
    const ended = await run('delete', [sessionId, '--json'], {
      home,
      ...(answer === undefined ? {} : { answer }),
    });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ event: 'input.rejected', message: 'Nothing was deleted.' });
    expect(posts()).toEqual([]);
  });

  it('asks about a training that is paid and may still succeed, by that name', async () => {
    const paid = { status: 'cancelled', unfinished: 'training', name: 'Night Drive' } as const;
    const { home, sessionId, posts } = await standing(paid);
    const no = await run('delete', [sessionId], { home, answer: false });
    expect(no.questions).toEqual([
      'The training of "Night Drive" is paid and may still succeed; without the session nobody finds it. Delete the session with its 7 files for good, and give the training up?',
    ]);
    expect(posts()).toEqual([]);
    const yes = await run('delete', [sessionId], { home, answer: true });
    expect(yes.code).toBe(0);
    expect(posts()).toEqual([`DELETE /sessions/${sessionId}`]);
  });

  it('does not take --yes as consent to that, and names the flag that is', async () => {
    const { home, sessionId, posts } = await standing({ status: 'cancelled', unfinished: 'training' });
    const refused = await run('delete', [sessionId, '--yes', '--json'], { home, answer: true });
    expect(refused).toMatchObject({ code: 2, questions: [] });
    expect(last(refused)).toMatchObject({
      problems: [
        {
          where: '--abandon-paid-training',
          message: expect.stringContaining('To give it up, add --abandon-paid-training'),
        },
      ],
    });
    expect(commandsOf(refused)).toEqual([`npx chirpsmith resume ${sessionId} --watch`]);
    expect(posts()).toEqual([]);
    const done = await run('delete', [sessionId, '--yes', '--abandon-paid-training'], { home });
    expect(done.code).toBe(0);
    expect(posts()).toHaveLength(1);
  });

  it('says of one that runs why not, and what to do first', async () => {
    const { home, sessionId } = await standing({ status: 'training' }, { steps: [{ status: 'training' }] });
    const ended = await run('delete', [sessionId, '--yes', '--json'], { home });
    expect(ended.code).toBe(1);
    expect(last(ended)).toMatchObject({ event: 'error', message: expect.stringContaining('cancel it') });
    expect(commandsOf(ended)).toContain(`npx chirpsmith cancel ${sessionId}`);
  });

  it('reports one that was deleted in part', async () => {
    const { home, sessionId } = await standing({ status: 'deleting' });
    const shown = await run('status', [sessionId, '--json'], { home });
    expect(commandsOf(shown)).toEqual([`npx chirpsmith delete ${sessionId}`]);
  });

  it('takes it for done when the answer to an earlier try was lost', async () => {
    const { home, sessionId, posts } = await standing({ status: 'failed' }, { cut: ['delete'] });
    const ended = await run('delete', [sessionId, '--yes'], { home });
    expect(ended.code).toBe(0);
    expect(posts()).toHaveLength(2);
  });
});

describe('npx chirpsmith sessions', () => {
  it('shows all of them, page by page', async () => {
    const { home, fake } = await standing({ status: 'ready' });
    for (let index = 0; index < 230; index++) fake.add({ status: 'ready', name: `Song ${index}` });
    const ended = await run('sessions', ['--json'], { home });
    expect(last(ended)).toMatchObject({ event: 'sessions.listed', count: 231 });
    expect(fake.requests.filter((request) => request === 'GET /sessions')).toHaveLength(3);
    expect(ended.stdout.match(/session\.listed/g)).toHaveLength(231);
  });
});
