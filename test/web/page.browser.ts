import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionListAnswer } from '../../functions/api/contract/session.ts';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { openStack, songs, type TestStack } from '../../test-support/local-stack.ts';
import { reportFile } from '../../web/build/page-files.ts';
import { findings, type Look, looks, openBrowser, openPage, picture, signIn, sticksOut } from './browser.ts';
import { largeBatch, paints, scrollThrough, serveLargeBatch } from './large-batch.ts';

/** A name that a page must show as text. */
const hostile = '<img src=x onerror=alert(1)> \u202egnihton & "quoted"';
/** What would turn the text around it is visible. */
const shown = hostile.replace('\u202e', '\\u202e');

let it_: TestStack;
let browser: Browser;
const sessions = { trained: '', refused: '', doubt: '', review: '' };

beforeAll(async () => {
  [it_, browser] = await Promise.all([openStack(), openBrowser()]);
  sessions.trained = await it_.upload(songs(8));
  await it_.run(sessions.trained);
  // As long as a name can be, without a place to break it.
  const text = { name: `${hostile}${'w'.repeat(251 - hostile.length)}.wav`, bytes: textFile() };
  sessions.refused = await it_.upload([...songs(7), text], { name: hostile });
  await it_.run(sessions.refused);
  sessions.review = await it_.upload(songs(6), { name: 'Harbour EP', review: true });
  await it_.run(sessions.review);
  const { sandbox } = it_.stack;
  sessions.doubt = await it_.upload(songs(6), { name: 'Kiln Songs II', review: true });
  await it_.run(sessions.doubt);
  // Create is taken, its answer is lost, and no status is to be had.
  sandbox?.setFaults([
    { call: 'create', kind: 'reset-after' },
    { call: 'status', kind: 'status', status: 500, times: 50 },
  ]);
  await it_.run(sessions.doubt, 'approve');
  sandbox?.setFaults([]);
});

afterAll(async () => {
  await browser?.close();
  await it_?.close();
});

const home = () => it_.stack.ready.page;
const at = (hash: string) => `${home()}/${hash}`;
const text = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor();

interface View {
  readonly name: string;
  readonly hash: () => string;
  /** Is shown when the view is there. */
  readonly words: string | RegExp;
}

const views: readonly View[] = [
  { name: 'sessions', hash: () => '#/sessions', words: 'Harbour EP' },
  { name: 'session-trained', hash: () => `#/sessions/${sessions.trained}`, words: 'The model is ready.' },
  {
    name: 'session-refused',
    hash: () => `#/sessions/${sessions.refused}`,
    words: '1 track was refused, so the run stopped.',
  },
  {
    name: 'session-review',
    hash: () => `#/sessions/${sessions.review}`,
    words: '6 of 6 tracks are ready to train on.',
  },
  { name: 'session-doubt', hash: () => `#/sessions/${sessions.doubt}`, words: 'Your choice' },
  { name: 'models', hash: () => '#/models', words: /2 takes for about 40 credits/ },
];

describe.each(looks)('the page at $width px, $colours', (look: Look) => {
  test('signs in at the issuer and shows each view without an error, a foreign request or a finding of axe', async () => {
    const { issuer } = it_.stack.ready;
    const { page, context, faults } = await openPage(browser, look, [home(), issuer]);
    await page.goto(home());
    await text(page, 'Sign in to Chirpsmith');
    await picture(page, 'sign-in', look);
    const found: Record<string, string[]> = { 'sign-in': await findings(page) };
    await signIn(page, at('#/sessions'));
    for (const { name, hash, words } of views) {
      await page.goto(at(hash()));
      await text(page, words);
      await picture(page, name, look);
      found[name] = [...(await findings(page)), ...((await sticksOut(page)) ? ['sticks out sideways'] : [])];
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('a person', () => {
  const look: Look = { width: 1280, colours: 'light' };

  test('comes back to the address that was sent, after the sign-in', async () => {
    const { page, context } = await openPage(browser, look, []);
    await signIn(page, at(`#/sessions/${sessions.trained}`));
    await text(page, 'The model is ready.');
    await context.close();
  });

  test('finds a session by its name and by what it needs', async () => {
    const { page, context } = await openPage(browser, look, []);
    await signIn(page, at('#/sessions'));
    await page.getByRole('button', { name: /^Need you/ }).click();
    const names = page.locator('.se a.n');
    expect((await names.allTextContents()).sort()).toEqual([shown, 'Harbour EP', 'Kiln Songs II'].sort());
    const asked = page.waitForResponse(/sessions\?.*search=HARB.*status=open%2Creview/);
    await page.getByRole('searchbox').fill('HARB');
    expect(await names.allTextContents()).toEqual(['Harbour EP']);
    // The server looks among all sessions, not only those that are here, and counts them.
    const { sessions: found, counts } = sessionListAnswer.parse(await (await asked).json());
    expect(found.map(({ name }) => name)).toEqual(['Harbour EP']);
    expect(counts).toEqual({ review: 1 });
    await page.getByRole('button', { name: /^All 1$/ }).waitFor();
    await context.close();
  });

  test('sees hostile names as text', async () => {
    const { page, context, faults } = await openPage(browser, look, [home(), it_.stack.ready.issuer]);
    await signIn(page, at(`#/sessions/${sessions.refused}`));
    await text(page, 'so the run stopped');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(shown);
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('reads in the ledger which credits were perhaps taken, and in its drawer what that means', async () => {
    const { page, context, faults } = await openPage(browser, look, [home(), it_.stack.ready.issuer]);
    await signIn(page, at(`#/sessions/${sessions.doubt}`));
    await text(page, 'Every call that may cost credits');
    const line = page.locator('.led tr', { hasText: 'Create model' });
    expect(await line.textContent()).toContain('100 perhaps taken');
    await line.getByRole('button', { name: 'answer lost' }).click();
    await page.getByRole('dialog').getByText('Nobody can say whether the provider took this call').waitFor();
    expect(await findings(page)).toEqual([]);
    await picture(page, 'ledger-drawer', look);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('reads a report without a network, on paper as well, with hostile names as text', async () => {
    const whole = await Promise.all(
      ['', '/timeline'].map((part) => it_.call('GET', `/sessions/${sessions.refused}${part}`)),
    );
    const [session, timeline] = whole.map(({ body }) => body);
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'chirpsmith-report-')), 'report.html');
    writeFileSync(file, await reportFile({ session, timeline, madeAt: new Date().toISOString() }));
    for (const one of looks) {
      const { page, context, faults } = await openPage(browser, one, ['null']);
      await context.setOffline(true);
      await page.goto(`file://${file}`);
      await text(page, 'so the run stopped');
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(shown);
      expect(await page.getByRole('button', { name: /Resume|Cancel|Delete/ }).count()).toBe(0);
      await picture(page, 'report', one);
      expect(await findings(page)).toEqual([]);
      expect(await sticksOut(page)).toBe(false);
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('.tools').isVisible()).toBe(false);
      expect(faults).toEqual([]);
      await context.close();
    }
    rmSync(path.dirname(file), { recursive: true });
  });

  test('approves a training with its price, once though the first answer is lost, and sees its model', async () => {
    const { page, context } = await openPage(browser, look, []);
    await signIn(page, at(`#/sessions/${sessions.review}`));
    await page.getByRole('button', { name: 'Approve 100 credits…' }).click();
    const yes = page.getByRole('button', { name: 'Train for about 100 credits' });
    const keys: (string | undefined)[] = [];
    await page.route('**/approve', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await yes.click();
    // The answer was lost: asked for again, it is the same request.
    await text(page, 'No answer came. Ask for it again: it is done once.');
    await yes.click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(keys).toEqual([keys[0], keys[0]]);
    await it_.until(sessions.review, ({ status }) => status === 'ready');
    // The clock of the stack jumps; the page waits as long as the schedule of the training says.
    await page.reload();
    await text(page, 'The model is ready.');
    await context.close();
  });

  test('scrolls through ten thousand files of a batch, of which only those in sight are drawn, and finds one', async () => {
    const { page, context, faults } = await openPage(browser, look, [home(), it_.stack.ready.issuer]);
    await signIn(page, at(`#/sessions/${sessions.trained}`));
    await text(page, 'The model is ready.');
    await page.reload();
    await text(page, 'The model is ready.');
    const { first, whole } = await paints(page);
    console.log(
      `A session is painted first after ${first.toFixed(0)} ms, whole after ${whole.toFixed(0)} ms.`,
    );
    for (const count of [1000, 10_000]) {
      await serveLargeBatch(page, count);
      await page.goto(at('#/sessions'));
      await page.goto(at(`#/sessions/${largeBatch}`));
      await page.getByRole('button', { name: `All ${count.toLocaleString('en')}` }).waitFor();
      const { perSecond, milliseconds } = await scrollThrough(page);
      console.log(
        `${count} rows: ${perSecond.toFixed(1)} frames a second, ${milliseconds.toFixed(1)} ms of the page's thread each.`,
      );
      expect(await page.locator('.file .open').count()).toBeLessThan(80);
      await page.unroute(`**/api/sessions/${largeBatch}**`);
    }
    await picture(page, 'session-10000-files', look);
    await page.getByRole('searchbox', { name: 'Find a file' }).fill('number 9876.');
    await page.getByRole('button', { name: 'loops 35/loop number 9876.wav' }).waitFor();
    expect(await page.locator('.file .open').count()).toBe(1);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('reads once that the API is gone, fails each second time or is slow; what was seen stays, and the page recovers by itself', async () => {
    const { page, context } = await openPage(browser, look, []);
    await page.clock.install();
    await signIn(page, at(`#/sessions/${sessions.review}`));
    await text(page, 'The model is ready.');
    const [gone, slow] = ['Chirpsmith does not answer.', 'Chirpsmith is slow to answer.'];
    const notices = () => page.locator('.away').allTextContents();
    /** Lets the clock of the page run until it says something, or nothing any more. */
    const until = async (words: string) => {
      const isSo = async () => {
        const said = await notices();
        return words === '' ? said.length === 0 : said.length === 1 && said[0]?.startsWith(words);
      };
      while (!(await isSo())) await page.clock.runFor(1000);
      await text(page, 'The model is ready.');
      await picture(page, `api-${words.includes('slow') ? 'slow' : words === '' ? 'back' : 'gone'}`, look);
      expect(await findings(page)).toEqual([]);
    };
    const recovers = async () => {
      await page.unroute('**/api/**');
      await until('');
      expect(await page.getByRole('button', { name: 'Delete for good…' }).isVisible()).toBe(true);
    };

    await page.route('**/api/**', (route) => route.abort());
    await until(gone);
    expect(await page.getByRole('alert').count()).toBe(1);
    // Nothing can be begun that would find no answer.
    expect(await page.getByRole('button', { name: 'Delete for good…' }).count()).toBe(0);
    await recovers();

    let asked = 0;
    await page.route('**/api/**', (route) => {
      asked += 1;
      return asked % 2 === 0 ? route.fulfill({ status: 503 }) : route.continue();
    });
    await until(slow);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.reload();
    await until(slow);
    await recovers();

    const held: (() => Promise<void>)[] = [];
    await page.route('**/api/**', (route) => void held.push(() => route.continue()));
    await until(slow);
    await Promise.all(held.map((release) => release()));
    await recovers();
    await context.close();
  });
});
