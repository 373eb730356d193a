import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { SessionStatus } from '../../functions/domain/session.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { type AudioWay, missingWay } from '../../local/audio-way/audio-way.ts';
import type { BucketSettings } from '../../local/audio-way/bucket-settings.ts';
import { createRemoval, type StoredSession } from '../../local/audio-way/leftovers.ts';
import { startLinksServer } from '../../local/audio-way/links-server.ts';
import { writeKeptUntil } from '../../local/audio-way/published-journal.ts';
import { commandsOf, last, standing } from './fake-session.ts';
import { events, run } from './run-command.ts';

const name = 's3://mine/chirpsmith';
const since = new Date().toISOString();
const may = 'You may not delete there. Allow s3:DeleteObject.';

/** What a home knows of copies in a bucket; the file. */
async function writeCopies(home: string, sessionId: string, settings?: BucketSettings): Promise<string> {
  await mkdir(join(home, 'audio-way'));
  const file = join(home, 'audio-way', 'copies.json');
  const objects = { 'chirpsmith/a.wav': { size: 1, etag: 'e' }, 'chirpsmith/b.wav': { size: 1, etag: 'e' } };
  await writeFile(file, JSON.stringify({ sessionId, at: 'https://s3.test/mine', name, settings, objects }));
  return file;
}

/** A session in a stack with a bucket, in which copies of its audio are; deleting them works or not. */
async function withCopies(
  status: SessionStatus,
  { mayDelete, tracks = [] }: { mayDelete: () => boolean; tracks?: StoredSession['tracks'] },
) {
  let file = '';
  const way: AudioWay = {
    kind: 'bucket',
    name,
    advice: () => '',
    check: async () => undefined,
    publish: async () => {},
    link: async () => ({ sent: 0, size: 1 }),
    remove: async () => {
      const problems = [{ where: '--audio-bucket', message: may }];
      if (!mayDelete()) throw new ChirpsmithError('BadInput', 'No.', { problems });
      await rm(file, { force: true });
    },
    close: async () => {},
  };
  const { remove } = createRemoval({
    ...{ way, linkMinutes: 60, onError: () => {} },
    keptUntil: (sessionId, until) => writeKeptUntil(join(at.home, 'audio-way'), sessionId, until),
    stored: async (sessionId) => {
      const known = at.fake.has(sessionId) ? at.fake.session(sessionId) : undefined;
      return known && { status: known.status, statusSince: since, tracks };
    },
  });
  const server = await startLinksServer({
    remove,
    ...{ way, problem: missingWay('https://api.example.test'), list: async () => [], log: () => {} },
    open: () => Promise.reject(new Error('not to be read')),
  });
  onTestFinished(() => server.close());
  const audio = { kind: 'bucket', name, keep: false, links: server.url } as const;
  const at = await standing({ status }, { audio });
  const { home, sessionId } = at;
  file = await writeCopies(home, sessionId);
  return { ...at, isThere: () => existsSync(file), copies: { home, env: {} } };
}

const left = (sessionId: string, home: string) => ({
  event: 'audio.left',
  sessionId,
  from: name,
  files: 2,
  reason: may,
  next: [
    {
      words: 'To delete the copies there:',
      command: `CHIRPSMITH_HOME=${home} CHIRPSMITH_AUDIO_BUCKET=${name} npx chirpsmith delete ${sessionId} --copies`,
    },
  ],
});

it.each([
  ['status', 'ready', []],
  ['resume', 'failed', ['--watch', '--yes', '--rights-confirmed']],
  ['cancel', 'review', []],
  ['delete', 'ready', ['--yes']],
] as const)('%s says what could not be deleted from a bucket, and how to', async (command, status, flags) => {
  const { home, sessionId, copies } = await withCopies(status, { mayDelete: () => false });
  const json = await run(command, [sessionId, ...flags, '--json'], copies);
  expect(events(json).filter(({ event }) => event === 'audio.left')).toEqual([left(sessionId, home)]);
  expect(json.stderr).toContain(`2 copies of audio are still in ${name}: ${may}`);
});

it('a person sees it on standard error', async () => {
  const { sessionId, copies } = await withCopies('ready', { mayDelete: () => false });
  const { stderr } = await run('status', [sessionId], copies);
  expect(stderr).toContain(`2 copies of audio are still in ${name}: ${may}\n`);
  expect(stderr).toContain(`npx chirpsmith delete ${sessionId} --copies`);
});

it('nothing is said of a session that still needs its audio, nor of copies that could be deleted', async () => {
  const waits = await withCopies('review', { mayDelete: () => true });
  const quiet = async ({ sessionId, copies }: typeof waits) =>
    (await run('status', [sessionId, '--json'], copies)).stdout;
  expect(await quiet(waits)).not.toContain('audio.left');
  expect(waits.isThere()).toBe(true);
  const done = await withCopies('ready', { mayDelete: () => true });
  expect(await quiet(done)).not.toContain('audio.left');
  expect(done.isThere()).toBe(false);
});

it('the command that is named deletes the copies once it may, and keeps the session', async () => {
  let mayDelete = false;
  const { sessionId, copies, isThere, posts } = await withCopies('ready', { mayDelete: () => mayDelete });
  const again = () => run('delete', [sessionId, '--copies', '--json'], copies);
  const refused = await again();
  expect(refused.code).toBe(1);
  expect(commandsOf(refused)).toEqual([expect.stringContaining(`delete ${sessionId} --copies`)]);
  mayDelete = true;
  const deleted = await again();
  expect(deleted.code).toBe(0);
  expect(events(deleted)).toEqual([{ event: 'audio.deleted', sessionId, from: name, files: 2 }]);
  expect([isThere(), posts()]).toEqual([false, []]);
  expect((await again()).stderr).toContain('No copies are known here.');
});

it('copies of a session that is not done stay', async () => {
  const { sessionId, copies, isThere } = await withCopies('review', { mayDelete: () => true });
  const refused = await run('delete', [sessionId, '--copies', '--json'], copies);
  expect([refused.code, isThere()]).toEqual([1, true]);
  expect(refused.stderr).toContain('The session is not done');
  expect(commandsOf(refused)).toEqual([expect.stringContaining(`status ${sessionId}`)]);
});

it('copies that the provider may still fetch after a cancel stay, as cancel, status and delete --copies say, until no link holds', async () => {
  const tracks = [{ status: 'submitted', submittedAt: since }];
  const { sessionId, copies, isThere } = await withCopies('review', {
    mayDelete: () => true,
    tracks,
  });
  const words = /may still fetch them until \d\d:\d\d UTC/;
  for (const command of ['cancel', 'status']) {
    expect((await run(command, [sessionId, '--json'], copies)).stderr).toMatch(words);
  }
  const refused = await run('delete', [sessionId, '--copies', '--json'], copies);
  expect([refused.code, isThere()]).toEqual([1, true]);
  expect(refused.stderr).toMatch(words);
  expect(commandsOf(refused)).toEqual([expect.stringContaining(`delete ${sessionId} --copies`)]);
  vi.useFakeTimers({ now: Date.now() + 61 * 60_000, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  expect((await run('status', [sessionId, '--json'], copies)).stderr).toBe('');
  expect(isThere()).toBe(false);
});

it('a stack without the bucket says until when copies are kept, as one with the bucket has found it, and after that how to delete them', async () => {
  const { home, sessionId } = await standing({ status: 'cancelled' });
  await writeCopies(home, sessionId);
  const until = Date.now() + 30 * 60_000;
  writeKeptUntil(join(home, 'audio-way'), sessionId, until);
  const copies = { home, env: {} };
  const told = async () => {
    const { stdout } = await run('status', [sessionId, '--json'], copies);
    return events({ stdout }).filter(({ event }) => event === 'audio.left');
  };
  const step = (words: string) => ({
    words,
    command: expect.stringContaining(`CHIRPSMITH_AUDIO_BUCKET=${name} npx chirpsmith delete ${sessionId}`),
  });
  const at = `until ${new Date(until).toISOString().slice(11, 16)} UTC`;
  expect(await told()).toEqual([
    expect.objectContaining({
      reason: expect.stringContaining(at),
      next: [step('To delete them then, at the latest:')],
    }),
  ]);
  vi.useFakeTimers({ now: until + 1, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const [after] = await told();
  expect(after).not.toHaveProperty('reason');
  expect(after?.next).toEqual([step('To delete the copies there:')]);
});

it('a command that is named after a kill has the bucket in which copies are and where it is, though this shell and the present stack have neither', async () => {
  const { home, sessionId } = await standing({ status: 'failed' });
  const variables = { AWS_ENDPOINT_URL_S3: 'https://s3.test', AWS_REGION: 'auto' };
  await writeCopies(home, sessionId, { variables, secrets: ['AWS_SECRET_ACCESS_KEY'] });
  const told = await run('status', [sessionId, '--json'], { home, env: {} });
  const place = `CHIRPSMITH_AUDIO_BUCKET=${name} AWS_ENDPOINT_URL_S3=https://s3.test AWS_REGION=auto`;
  const needs = ['AWS_SECRET_ACCESS_KEY'];
  expect(last(told)?.next).toContainEqual(
    expect.objectContaining({
      command: expect.stringMatching(`${place} npx chirpsmith resume ${sessionId}`),
      needs,
    }),
  );
  const [copies] = events(told).filter(({ event }) => event === 'audio.left');
  expect(copies?.next).toEqual([
    expect.objectContaining({
      command: `CHIRPSMITH_HOME=${home} ${place} npx chirpsmith delete ${sessionId} --copies`,
      needs,
    }),
  ]);
});
