import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedStack } from '../../test-support/local-stack.ts';
import { commandsOf, last } from './fake-session.ts';
import { modelId, toReady } from './fake-sessions.ts';
import { prepared } from './prepared-folder.ts';
import { events, run, spawned, temporaryFolder } from './run-command.ts';
import { wav } from './wav.ts';

/** What the command offers when it finds the session, and when it has started it. */
const toComeBack = (ended: { stdout: string }) =>
  ['session.existing', 'session.found'].flatMap((name) =>
    events(ended)
      .filter(({ event }) => event === name)
      .flatMap((event) => commandsOf({ stdout: JSON.stringify(event) })),
  );

const posts = (requests: readonly string[]) => requests.filter((request) => request.startsWith('POST'));

describe('upload with the files and the name of a batch that exists', () => {
  let home: string;
  beforeAll(async () => {
    home = (await sharedStack()).home;
  });

  it('goes on with it, by the command that a Ctrl-C in the uploads names too, and uploads them once more only with --again', async () => {
    const folder = await temporaryFolder();
    for (let index = 0; index < 3; index++) {
      await writeFile(join(folder, `${index}.wav`), wav(6.5, 500 + 40 * index));
    }
    const name = `Batch ${Date.now()}`;
    const args = [folder, '--name', name, '--json'];
    let gone = false;
    const left = await run('upload', args, {
      home,
      parentIsGone: () => gone,
      told: (text) => {
        gone ||= text.includes('file.uploaded');
      },
    });
    expect(left.code).toBe(130);
    const [first] = events(left).filter(({ event }) => event === 'session.created');
    const reportRun = `npx chirpsmith resume ${first?.sessionId} --watch`;
    expect(last(left)).toMatchObject({
      event: 'session.detached',
      sessionId: first?.sessionId,
      running: false,
    });
    expect(commandsOf(left)).toEqual([reportRun]);
    expect(left.printed).toContain(`CHIRPSMITH_HOME=${home} ${reportRun}`);

    const resumed = await run('resume', [`${first?.sessionId}`, '--watch', '--json'], { home });
    expect(resumed.code, resumed.stdout).toBe(0);
    expect(last(resumed)?.audioIds).toHaveLength(3);

    const ended = await run('upload', args, { home });
    expect(ended.code, ended.stdout).toBe(0);
    expect(last(ended)).toMatchObject({ event: 'session.uploaded', sessionId: first?.sessionId });
    expect(last(ended)?.audioIds).toHaveLength(3);

    const shown = await run('upload', args, { home });
    expect(last(shown)).toMatchObject({ sessionId: first?.sessionId, creditsSpent: 3 });
    const [existing] = events(shown).filter(({ event }) => event === 'session.existing');
    expect(commandsOf({ stdout: JSON.stringify(existing) })).toEqual([
      `npx chirpsmith upload ${folder} --name '${name}' --again`,
    ]);
    const second = await run('upload', [...args, '--again'], { home });
    expect(second.code).toBe(0);
    expect(last(second)?.sessionId).not.toBe(first?.sessionId);
  }, 60_000);
});

describe('train with the files and the name of a session that exists', () => {
  it('goes on with it after a Ctrl-C in the uploads: one session, uploaded and trained once', async () => {
    const { promise: putsGoOn, resolve: goOn } = Promise.withResolvers<unknown>();
    const { home, tracks, fake } = await prepared({ putsTaken: 4, putsGoOn, steps: toReady });
    const args = [tracks, '--name', 'x', '--json'];
    const left = await spawned('train', args, {
      home,
      watch: (child, output) => {
        if (output.includes('file.uploaded')) child.kill('SIGINT');
      },
    });
    expect(left.code).toBe(130);
    expect(fake.stored.size).toBeLessThan(6);
    goOn(undefined);

    const ended = await run('train', args, { home });
    expect(ended.code).toBe(0);
    const [first] = events(left).filter(({ event }) => event === 'session.created');
    expect(events(ended)).toContainEqual(
      expect.objectContaining({ event: 'session.existing', sessionId: first?.sessionId, status: 'open' }),
    );
    expect(last(ended)).toMatchObject({ event: 'session.ready', sessionId: first?.sessionId });
    expect(fake.stored.size).toBe(6);
    expect(posts(fake.requests)).toEqual([
      'POST /sessions',
      `POST /sessions/${first?.sessionId}/uploads`,
      `POST /sessions/${first?.sessionId}/resume`,
    ]);
  });

  it('shows the model that there is, spends nothing, and trains a second one only by the printed --again', async () => {
    const { home, tracks, fake } = await prepared({ steps: toReady });
    const args = [tracks, '--name', "Night's Drive", '--json'];
    const first = await run('train', args, { home });
    const again = await run('train', args, { home });
    expect(again.code).toBe(0);
    expect(last(again)).toMatchObject({
      event: 'session.ready',
      sessionId: last(first)?.sessionId,
      modelId,
    });
    expect(fake.starts).toHaveLength(1);
    const [existing] = events(again).filter(({ event }) => event === 'session.existing');
    expect(commandsOf({ stdout: JSON.stringify(existing) })).toEqual([
      `npx chirpsmith train '${tracks}' --name 'Night'\\''s Drive' --again`,
    ]);

    const second = await run('train', [...args, '--again'], { home });
    expect(second.code).toBe(0);
    expect(fake.starts).toHaveLength(2);
    expect(last(second)?.sessionId).not.toBe(last(first)?.sessionId);
  });

  it('resumes one that failed, and follows one that is under way', async () => {
    const failure = { error: 'ProviderRefused', reason: 'Its own words.' } as const;
    const { home, tracks, fake } = await prepared({ steps: [{ status: 'failed', failure }], again: toReady });
    const args = [tracks, '--name', 'x', '--json'];
    expect((await run('train', args, { home })).code).toBe(1);
    const resumed = await run('train', [...args, '--deadline', '0.01'], { home });
    expect(resumed.code).toBe(4);
    const [resume, status] = [`resume ${fake.starts[0]} --watch`, `status ${fake.starts[0]} --watch`];
    expect(toComeBack(resumed)).toEqual([`npx chirpsmith ${resume}`, `npx chirpsmith ${status}`]);
    const followed = await run('train', args, { home });
    expect(toComeBack(followed)).toEqual([`npx chirpsmith ${status}`]);
    expect(resumed.stdout + followed.stdout).not.toContain('--again');
    expect(last(followed)).toMatchObject({ event: 'session.ready', sessionId: fake.starts[0] });
    expect(posts(fake.requests).filter((request) => request !== 'POST /sessions')).toEqual([
      `POST /sessions/${fake.starts[0]}/start`,
      `POST /sessions/${fake.starts[0]}/uploads`,
      `POST /sessions/${fake.starts[0]}/resume`,
    ]);
    for (const [command = '', ...words] of [resume.split(' '), status.split(' ')]) {
      expect((await run(command, words, { home })).code).toBe(0);
    }
  });

  it('follows one that another command starts while this one looks', async () => {
    let isStarted = false;
    const { home, tracks, fake } = await prepared({
      steps: [{ status: 'cancelled' }, ...toReady],
      others(route) {
        if (!isStarted || !route.endsWith('/uploads')) return undefined;
        isStarted = false;
        Object.assign(fake.session(fake.starts[0] ?? ''), { status: 'preparing', actions: ['cancel'] });
        const detail = 'No file can be uploaded now: the session is "preparing".';
        return { status: 409, body: { type: 'about:blank', title: 'Conflict', status: 409, detail } };
      },
    });
    const args = [tracks, '--name', 'x', '--json'];
    expect((await run('train', args, { home })).code).toBe(1);
    isStarted = true;
    const loser = await run('train', args, { home });
    expect(last(loser)).toMatchObject({ event: 'session.ready', sessionId: fake.starts[0] });
    expect(events(loser).map(({ event }) => event)).toContain('session.found');
    expect(loser.stdout).not.toContain('--again');
  });

  it.each([
    ['ready', 'To train a second model of these files:'],
    ['abandoned', 'To train on these files in a new session:'],
  ] as const)('offers another session of one that is %s', async (status, words) => {
    const { home, tracks, fake } = await prepared({ steps: toReady });
    const args = [tracks, '--name', 'x', '--json'];
    await run('train', args, { home });
    if (status !== 'ready') Object.assign(fake.session(fake.starts[0] ?? ''), { status, modelId: undefined });
    const again = await run('train', args, { home });
    const [existing] = events(again).filter(({ event }) => event === 'session.existing');
    expect(existing).toMatchObject({ next: [{ words, command: expect.stringContaining('--again') }] });
  });

  it('says what a session needs that waits for a person, and does nothing to it', async () => {
    const { home, tracks, fake } = await prepared({ steps: toReady });
    const args = [tracks, '--name', 'x', '--json'];
    expect(last(await run('train', [...args, '--review'], { home }))).toMatchObject({
      event: 'session.review',
    });
    const before = posts(fake.requests).length;
    const again = await run('train', args, { home });
    expect(again.code).toBe(0);
    expect(commandsOf(again)).toContain(`npx chirpsmith approve ${fake.starts[0]}`);
    expect(posts(fake.requests).slice(before)).toEqual([]);
  });
});
