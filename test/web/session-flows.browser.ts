import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { openStack, songs, type TestStack } from '../../test-support/local-stack.ts';
import { type Look, openBrowser, openPage, signIn } from './browser.ts';

let it_: TestStack;
let browser: Browser;

beforeAll(async () => {
  [it_, browser] = await Promise.all([openStack(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await it_?.close();
});

const home = () => it_.stack.ready.page;
const wide: Look = { width: 1280, colours: 'light' };
const text = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor();

async function opened(sessionId: string) {
  const { s3, issuer } = it_.stack.ready;
  const found = await openPage(browser, wide, [home(), issuer, s3]);
  await signIn(found.page, `${home()}/#/sessions/${sessionId}`);
  return found;
}

/** Presses a button that asks back, and agrees. */
async function agree(page: Page, button: RegExp | string, yes: RegExp | string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('dialog').getByRole('button', { name: yes }).click();
}

/** A session whose create was taken, and whose answer was lost. */
async function inDoubt(name: string): Promise<string> {
  const { sandbox } = it_.stack;
  const id = await it_.upload(songs(6), { name, review: true });
  await it_.run(id);
  sandbox?.setFaults([
    { call: 'create', kind: 'reset-after' },
    { call: 'status', kind: 'status', status: 500, times: 50 },
  ]);
  await it_.run(id, 'approve');
  sandbox?.setFaults([]);
  return id;
}

describe('a person', () => {
  test('puts another file in the place of a refused one and resumes, and what is done is not sent again', async () => {
    const [other, ...good] = songs(8);
    const id = await it_.upload([...good, { name: 'lyrics.wav', bytes: textFile() }], { name: 'Replaced' });
    await it_.run(id);
    const { page, context, faults } = await opened(id);
    await text(page, '1 track was refused, so the run stopped.');
    await page.getByRole('button', { name: 'lyrics.wav' }).click();
    const field = page.getByLabel('Replace lyrics.wav');
    await field.setInputFiles({ name: 'notes.txt', mimeType: '', buffer: Buffer.from('not audio') });
    await text(page, 'notes.txt: This is not audio');
    const buffer = Buffer.from(other?.bytes ?? '');
    await field.setInputFiles({ name: 'another.wav', mimeType: '', buffer });
    await page.getByRole('button', { name: 'Put it in its place' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await agree(page, /^Resume, for about 10[0-9] credits/, /^Resume for about/);
    const { tracks } = await it_.until(id, ({ status }) => status === 'ready');
    expect(tracks.map(({ file, attempts }) => [file, attempts]).at(-1)).toEqual(['another.wav', 1]);
    expect(tracks.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('cancels a run and resumes it, then deletes the session for good', async () => {
    const id = await it_.upload(songs(6), { name: 'Stopped', review: true });
    await it_.run(id);
    const { page, context, faults } = await opened(id);
    await text(page, '6 of 6 tracks are ready to train on.');
    await agree(page, 'Cancel the run…', 'Cancel the run');
    await text(page, 'A person stopped this run.');
    await agree(page, /^Resume/, /^Resume for/);
    await it_.until(id, ({ status }) => status === 'review');
    await page.reload();
    await text(page, '6 of 6 tracks are ready to train on.');
    await agree(page, 'Delete for good…', 'Delete for good');
    await page.waitForURL(/#\/sessions$/);
    expect((await it_.call('GET', `/sessions/${id}`)).status).toBe(404);
    expect(faults).toEqual([]);
    await context.close();
  });

  test.each([
    ['Ask once more', undefined, 'ready', 1],
    ['Call again', 'I know that it may be paid twice', 'ready', 2],
    ['Give up for good', 'I know that it is for good', 'abandoned', 1],
  ] as const)('decides a lost create: %s', async (button, tick, status, creates) => {
    const before = it_.stack.sandbox?.ledger().filter(({ call }) => call === 'create').length ?? 0;
    const id = await inDoubt(button);
    const { page, context, faults } = await opened(id);
    await text(page, 'Your choice');
    if (tick !== undefined) await page.getByLabel(tick).check();
    await page.getByRole('button', { name: button, exact: true }).click();
    await it_.until(id, (session) => session.status === status);
    await page.reload();
    await text(page, status === 'ready' ? 'The model is ready.' : 'A person gave this session up for good.');
    const after = it_.stack.sandbox?.ledger().filter(({ call }) => call === 'create').length ?? 0;
    expect(after - before).toBe(creates);
    expect(faults).toEqual([]);
    await context.close();
  });
});
