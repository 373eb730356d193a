import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rememberFiles } from '../../cli/remembered-files.ts';
import { rightsSentence } from '../../functions/shared/rights-sentence.ts';
import { tracks as clips, last, standing } from './fake-session.ts';
import { prepared } from './prepared-folder.ts';
import { run } from './run-command.ts';
import { wav } from './wav.ts';

/** A stage, or a stack, at a provider that is paid. */
const paid = { sandbox: false, provider: 'https://api.example.test', asksForRights: true };
const env = { PROVIDER_BASE_URL: paid.provider, PROVIDER_API_KEY: 'key' };
const aboutRights = expect.stringContaining(rightsSentence);

const rights = {
  confirmedBy: 'ana',
  confirmedAt: '2026-11-21T03:00:00.000Z',
  sentence: rightsSentence,
  files: { count: 7, sha256: 'a'.repeat(64) },
};

describe('the question whose the recordings are', () => {
  it('is one question at the terminal, beside that of the price, and not asked again for the same files', async () => {
    const { home, tracks, fake } = await prepared(paid);
    const args = [tracks, '--name', 'x'];
    const ended = await run('train', args, { home, env, answer: true });
    expect(ended.code).toBe(0);
    expect(ended.questions).toEqual([expect.stringContaining(paid.provider), aboutRights]);
    expect(fake.session(fake.starts[0] ?? '').rights).toMatchObject({ sentence: rightsSentence });
    const again = await run('train', args, { home, env, answer: true });
    expect(again).toMatchObject({ code: 0, questions: [] });
  });

  it('is answered by no --yes: without a terminal nothing is begun, and the advice works', async () => {
    const { home, tracks, fake } = await prepared(paid);
    const args = [tracks, '--name', 'x', '--json', '--yes'];
    const ended = await run('train', args, { home, env });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({
      event: 'input.rejected',
      message: expect.stringContaining('Nothing was started or spent'),
      problems: [{ where: '--rights-confirmed', message: aboutRights }],
    });
    expect(fake.starts).toEqual([]);
    const followed = await run('train', [...args, '--rights-confirmed'], { home, env });
    expect(followed.code).toBe(0);
    expect(fake.session(fake.starts[0] ?? '').rights).toMatchObject({ sentence: rightsSentence });
  });

  it('answered with no begins nothing', async () => {
    const { home, tracks, fake } = await prepared(paid);
    const ended = await run('train', [tracks, '--name', 'x', '--yes'], { home, env, answer: false });
    expect(ended).toMatchObject({ code: 2, questions: [aboutRights] });
    expect(fake.starts).toEqual([]);
  });

  it('is not asked in the sandbox', async () => {
    const { home, tracks } = await prepared();
    const ended = await run('train', [tracks, '--name', 'x'], { home, answer: true });
    expect(ended).toMatchObject({ code: 0, questions: [] });
  });

  it('is asked by upload, once for all files', async () => {
    const { home, tracks, fake } = await prepared(paid);
    const args = [tracks, '--json', '--yes'];
    const refused = await run('upload', args, { home, env });
    expect(last(refused)).toMatchObject({ problems: [{ where: '--rights-confirmed' }] });
    expect(fake.starts).toEqual([]);
    const asked = await run('upload', [tracks, '--yes'], { home, env, answer: true });
    expect(asked.questions).toEqual([aboutRights]);
    expect(fake.starts).toHaveLength(1);
  });

  it('is asked by no resume of a batch whose upload was cut off: the answer covers the files that are still to come', async () => {
    const sent: unknown[] = [];
    const { home, sessionId } = await standing(
      { status: 'open', kind: 'batch', tracks: [], rights },
      {
        ...paid,
        others: (route, body) => {
          if (!route.endsWith('/files')) return undefined;
          sent.push(body);
          return { status: 201, body: { sessionId: 's', status: 'open', uploads: [], duplicates: [] } };
        },
      },
    );
    const file = { name: '1.wav', path: join(home, '1.wav'), size: 1, sha256: 'a'.repeat(64) };
    rememberFiles(sessionId, [file], {
      env: { CHIRPSMITH_HOME: home },
      target: {
        stage: undefined,
        user: undefined,
        apiUrl: undefined,
        issuer: undefined,
        clientId: undefined,
        typed: [],
      },
    });
    const ended = await run('resume', [sessionId, '--yes'], { home, env, answer: true });
    expect(ended.questions).toEqual([]);
    expect(sent).toEqual([expect.objectContaining({ from: 0, rights: true })]);
  });

  it('is asked for the file that takes the place of another', async () => {
    const failed = clips.map((track) => ({ ...track, status: 'failed' as const }));
    const { home, sessionId, fake } = await standing({ status: 'failed', tracks: failed }, paid);
    const file = join(home, 'better.wav');
    await writeFile(file, wav(7, 900));
    const args = [sessionId, '1', file];
    const refused = await run('replace', [...args, '--json'], { home, env });
    expect(refused.code).toBe(2);
    expect(last(refused)).toMatchObject({ problems: [{ where: '--rights-confirmed' }] });
    const asked = await run('replace', args, { home, env, answer: true });
    expect(asked).toMatchObject({ code: 0, questions: [aboutRights] });
    const scripted = await run('replace', [...args, '--rights-confirmed'], { home, env });
    expect(scripted.code).toBe(0);
    expect(fake.session(sessionId).tracks[0]?.file).toBe('better.wav');
  });

  it('is asked by a resume of a session that has no answer', async () => {
    const { home, sessionId } = await standing({ status: 'failed' }, paid);
    const args = [sessionId, '--json', '--yes'];
    const refused = await run('resume', args, { home, env });
    expect(last(refused)).toMatchObject({ problems: [{ where: '--rights-confirmed' }] });
    const ended = await run('resume', [...args, '--rights-confirmed'], { home, env });
    expect(ended.code).toBe(0);
  });

  it('comes after what else is wrong with the request, which is shown alone', async () => {
    const { home, tracks } = await prepared({
      ...paid,
      others: (route, body) =>
        route === 'POST /sessions' && !JSON.stringify(body).includes('onlyExisting')
          ? {
              status: 400,
              body: {
                ...{ type: 'urn:chirpsmith:error:BadInput', title: 'x', status: 400, detail: 'No.' },
                problems: [
                  { where: 'name', message: 'is taken' },
                  { where: 'rights', message: 'is missing' },
                ],
              },
            }
          : undefined,
    });
    const ended = await run('train', [tracks, '--name', 'x', '--json', '--yes'], { home, env });
    expect(last(ended)).toMatchObject({ problems: [{ where: 'name', message: 'is taken' }] });
  });
});

describe('what is shown of the answer', () => {
  it('is in the status of the session', async () => {
    const { home, sessionId } = await standing({ status: 'failed', rights });
    const { stdout } = await run('status', [sessionId], { home });
    expect(stdout).toMatch(/rights {4}confirmed by ana, 2026-11-21/);
  });

  it('is beside the model in the list', async () => {
    const about = { sessionId: 's', files: ['1.wav'], credits: 107, createdAt: rights.confirmedAt };
    const models = [{ modelId: 'chirp-custom:1', name: 'Night Drive', ...about, rights }];
    const { home } = await prepared({
      others: (route) => (route === 'GET /models' ? { status: 200, body: { models } } : undefined),
    });
    const { stdout } = await run('models', [], { home });
    expect(stdout).toMatch(/rights confirmed by ana, 2026-11-21/);
  });
});
