import { describe, expect, it } from 'vitest';
import { commandsOf, last, standing } from './fake-session.ts';
import { modelId, toReady } from './fake-sessions.ts';
import { events, run } from './run-command.ts';

const real = { sandbox: false, provider: 'https://api.example.test' };
const env = { PROVIDER_BASE_URL: real.provider, PROVIDER_API_KEY: 'k' };
const lost = { error: 'NeedsDecision', reason: 'The provider calls the session "READY".' } as const;
const overdue = { error: 'DeadlineExceeded', reason: 'Not done after 1800 s.' } as const;
const trainingFailed = { error: 'TrainingFailed', reason: 'Its own words.' } as const;

describe('npx chirpsmith resume', () => {
  it.each(['open', 'failed', 'cancelled', 'interrupted'] as const)(
    'goes on with one that is %s',
    async (status) => {
      const { home, fake, sessionId } = await standing({ status });
      const ended = await run('resume', [sessionId, '--json'], { home });
      expect(ended.code).toBe(0);
      expect(last(ended)).toMatchObject({ event: 'session.resumed', sessionId, already: false });
      expect(commandsOf(ended)).toEqual([`npx chirpsmith status ${sessionId} --watch`]);
      expect(fake.session(sessionId).status).toBe('preparing');
    },
  );

  it('follows it to its model with --watch, and train --session does the same', async () => {
    for (const command of ['resume', 'train'] as const) {
      const { home, sessionId } = await standing({ status: 'failed' }, { steps: toReady });
      const args = command === 'resume' ? [sessionId, '--watch'] : ['--session', sessionId];
      const ended = await run(command, [...args, '--json'], { home });
      expect(ended.code).toBe(0);
      expect(last(ended)).toMatchObject({ event: 'session.ready', sessionId, modelId });
    }
  });

  it('starts nothing twice', async () => {
    const { home, sessionId } = await standing({ status: 'training' }, { steps: [{ status: 'training' }] });
    const ended = await run('resume', [sessionId], { home });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('under way already; nothing was started twice');
  });

  it('corrects the name while create has not been taken', async () => {
    const refused = { error: 'ProviderRefused', reason: 'The name is taken.' } as const;
    const { home, fake, sessionId } = await standing({ status: 'failed', failure: refused });
    const shown = await run('status', [sessionId], { home });
    expect(shown.stdout).toContain(`npx chirpsmith resume ${sessionId} --name "New name"`);
    const ended = await run('resume', [sessionId, '--name', ' Night Drive II '], { home });
    expect(ended.code).toBe(0);
    expect(fake.session(sessionId).name).toBe('Night Drive II');
  });

  it('refuses a name that cannot be one, before anything is asked', async () => {
    const { home, fake, sessionId } = await standing({ status: 'failed' });
    const ended = await run('resume', [sessionId, '--name', ' ', '--json'], { home });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ problems: [{ where: '--name' }] });
    expect(fake.requests).toEqual([]);
  });

  it("gives the API's words for a name that comes too late", async () => {
    const { home, sessionId } = await standing({ status: 'needs-decision', failure: lost });
    const ended = await run('resume', [sessionId, '--name', 'x', '--json'], { home });
    expect(ended.code).toBe(1);
    expect(last(ended)).toMatchObject({ event: 'error', message: expect.stringContaining('old name') });
  });

  it('says of one that waits for approval that it waits, and how to approve', async () => {
    const { home, sessionId, posts } = await standing({ status: 'review' });
    const ended = await run('resume', [sessionId, '--json'], { home });
    expect(ended.code).toBe(0);
    expect(last(ended)).toMatchObject({ event: 'session.review', clips: 7 });
    expect(commandsOf(ended)[0]).toBe(`npx chirpsmith approve ${sessionId}`);
    expect(posts()).toEqual([]);
  });
});

describe('npx chirpsmith cancel', () => {
  it('stops it, says what is paid and running, and how to go on', async () => {
    const { home, sessionId } = await standing({ status: 'uploading' }, { steps: [{ status: 'uploading' }] });
    const ended = await run('cancel', [sessionId, '--json'], { home });
    expect(ended.code).toBe(0);
    expect(last(ended)).toMatchObject({
      event: 'session.cancelled',
      creditsSpent: 7,
      reason: expect.stringContaining('Nothing runs at the provider'),
    });
    expect(commandsOf(ended)).toEqual([`npx chirpsmith resume ${sessionId} --watch`]);
  });

  it('reaches a watching command, with exit code 1', async () => {
    const steps = [
      { status: 'cancelled' as const, failure: { error: 'Cancelled' as const, reason: 'Cancelled.' } },
    ];
    const { home, sessionId } = await standing({ status: 'uploading' }, { steps });
    const ended = await run('status', [sessionId, '--watch', '--json'], { home });
    expect(ended.code).toBe(1);
    expect(last(ended)).toMatchObject({ event: 'session.cancelled' });
  });
});

describe('npx chirpsmith approve', () => {
  const review = { status: 'review' } as const;

  it('shows the clips and the price, asks, and goes on', async () => {
    const { home, sessionId } = await standing(review);
    const ended = await run('approve', [sessionId, '--watch'], { home, answer: true });
    expect(ended.code).toBe(0);
    expect(ended.questions).toEqual([
      expect.stringMatching(/these 7 clips for 100 sandbox credits \(not real\)\?/),
    ]);
    expect(ended.stdout).toMatch(/001 1\.wav +clip ready/);
    expect(ended.stdout).toContain(`Model ready: ${modelId}`);
  });

  it('changes nothing after a no', async () => {
    const { home, sessionId, posts } = await standing(review);
    const ended = await run('approve', [sessionId], { home, answer: false });
    expect(ended.code).toBe(2);
    expect(posts()).toEqual([]);
  });

  it('never pays a real provider without consent', async () => {
    const { home, sessionId, posts } = await standing(review, real);
    const ended = await run('approve', [sessionId, '--json'], { home, env });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ event: 'input.rejected', problems: [{ where: '--yes' }] });
    expect(posts()).toEqual([]);

    const agreed = await run('approve', [sessionId, '--yes', '--json'], { home, env });
    expect(agreed.code).toBe(0);
    expect(events(agreed)).toContainEqual(
      expect.objectContaining({ event: 'price', clips: 7, credits: 100 }),
    );
    expect(last(agreed)).toMatchObject({ event: 'session.approved', status: 'preparing' });
  });
});

describe('npx chirpsmith decide', () => {
  const inDoubt = { status: 'needs-decision', failure: lost } as const;

  it('is led to by status, which says what is known and offers three ways', async () => {
    const { home, sessionId } = await standing(inDoubt);
    const shown = await run('status', [sessionId], { home });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`What is known: ${lost.reason}`);
    expect(shown.stdout).toContain('7 credits surely, 100 perhaps, in ');
    for (const choice of ['check-again', 'create-again', 'abandon']) {
      expect(shown.stdout).toContain(`npx chirpsmith decide ${sessionId} --${choice}`);
    }
  });

  it('checks again without a question, and follows', async () => {
    const { home, fake, sessionId } = await standing(inDoubt, real);
    const ended = await run('decide', [sessionId, '--check-again', '--watch', '--json'], { home, env });
    expect(ended.code).toBe(0);
    expect(last(ended)).toMatchObject({ event: 'session.ready', modelId });
    expect(fake.session(sessionId).decisions).toMatchObject([{ choice: 'check-again' }]);
  });

  it('says what a second create may cost, and asks', async () => {
    const { home, fake, sessionId, posts } = await standing(inDoubt);
    const no = await run('decide', [sessionId, '--create-again'], { home, answer: false });
    expect(no.code).toBe(2);
    expect(no.questions).toEqual([expect.stringContaining('for perhaps another 100 sandbox credits')]);
    expect(no.stdout).toContain('may cost 100 credits a second time');
    expect(posts()).toEqual([]);

    const yes = await run('decide', [sessionId, '--create-again', '--json', '--yes'], { home });
    expect(yes.code).toBe(0);
    expect(last(yes)).toMatchObject({
      event: 'session.decided',
      choice: 'create-again',
      creditsSpent: 107,
      creditsToCome: 100,
    });
    expect(fake.session(sessionId).decisions).toMatchObject([{ choice: 'create-again' }]);
  });

  it('does not call a real create again without consent', async () => {
    const { home, sessionId, posts } = await standing(inDoubt, real);
    const ended = await run('decide', [sessionId, '--create-again', '--json'], { home, env });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({ problems: [{ where: '--yes' }] });
    expect(posts()).toEqual([]);
  });

  it('decides once although the first response is lost', async () => {
    const { home, fake, sessionId } = await standing(inDoubt, { cut: ['decide'] });
    const ended = await run('decide', [sessionId, '--create-again', '--json'], { home });
    expect(ended.code).toBe(0);
    expect(fake.requests.filter((request) => request.endsWith('/decide'))).toHaveLength(2);
    expect(new Set(fake.keys).size).toBe(1);
    expect(fake.session(sessionId).decisions).toMatchObject([{ choice: 'create-again' }]);
  });

  it('gives it up', async () => {
    const { home, sessionId } = await standing(inDoubt);
    const ended = await run('decide', [sessionId, '--abandon', '--json'], { home });
    expect(ended.code).toBe(0);
    expect(last(ended)).toMatchObject({ event: 'session.abandoned', sessionId, next: [] });
  });

  it.each([
    ['failed', trainingFailed, 1, ['decide --check-again', 'decide --create-again', 'decide --abandon']],
    ['does not end', overdue, 4, ['resume --watch', 'decide --create-again', 'decide --abandon']],
  ])('is possible for a paid training that %s, at its plain price', async (_, failure, code, offered) => {
    const { home, sessionId } = await standing({ status: 'failed', failure });
    const ended = await run('status', [sessionId, '--watch', '--json'], { home });
    expect(ended.code).toBe(code);
    expect(commandsOf(ended)).toEqual(
      offered.map((command) => `npx chirpsmith ${command.replace(' ', ` ${sessionId} `)}`),
    );
    const no = await run('decide', [sessionId, '--create-again'], { home, answer: false });
    expect(no.stdout).toMatch(/training was paid already/);
    expect(no.questions).toEqual([expect.stringContaining('for another 100 sandbox credits')]);
  });
});
