import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { wavFile } from '../../test-support/audio-files/wav.ts';
import { openStack, songs, type TestFile, type TestStack } from '../../test-support/local-stack.ts';
import { findings, type Look, looks, openBrowser, openPage, picture, signIn, sticksOut } from './browser.ts';

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
const at = (hash: string) => `${home()}/${hash}`;
const wide: Look = { width: 1280, colours: 'light' };

async function signedIn(hash: string, look = wide) {
  const { s3, issuer } = it_.stack.ready;
  const opened = await openPage(browser, look, [home(), issuer, s3]);
  await signIn(opened.page, at(hash));
  return opened;
}

const text = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor();
const fileOf = ({ name, bytes }: TestFile) => ({ name, mimeType: '', buffer: Buffer.from(bytes) });
const choose = (page: Page, files: readonly TestFile[]) =>
  page.getByLabel('Choose files…').setInputFiles(files.map(fileOf));

/** Asked again and again from here: the page's policy refuses to evaluate text in it. */
async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await page.waitForTimeout(50);
}

/** Files that a person lets fall on the page. */
async function drop(page: Page, files: readonly TestFile[]): Promise<void> {
  const given = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  // As text: the page has names that the tests, which run in Node, do not.
  const transfer = await page.evaluateHandle(`(() => {
    const made = new DataTransfer();
    for (const { name, base64 } of ${JSON.stringify(given)}) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      made.items.add(new File([bytes], name));
    }
    return made;
  })()`);
  await page.locator('.new').dispatchEvent('drop', { dataTransfer: transfer });
}

/** Pieces that no other test has: the same files under the same name are one session. */
let pitch = 1000;
function pieces(count: number, seconds = 7): TestFile[] {
  return Array.from({ length: count }, (_, index) => {
    pitch += 7;
    return { name: `${index + 1} piece ${pitch}.wav`, bytes: wavFile({ seconds, pitch, sampleRate: 8000 }) };
  });
}

/** Uploads that the provider has charged for. */
const uploadsPaid = () => it_.stack.sandbox?.ledger().filter(({ call }) => call === 'upload').length ?? 0;

const idOf = async (page: Page) => {
  await page.waitForURL(/#\/sessions\/[0-9a-f-]{36}$/);
  return page.url().split('/').at(-1) ?? '';
};
const puts = (of: Page | BrowserContext) => {
  const sent: string[] = [];
  // By the answer: a body that the page leaves unread does not always count as finished.
  of.on('response', (response) => {
    if (response.request().method() === 'PUT' && response.ok()) sent.push(response.url());
  });
  return sent;
};

describe.each(looks)('a new model at $width px, $colours', (look: Look) => {
  test('is shown with files of every standing without a finding of axe', async () => {
    const { page, context, faults } = await signedIn('#/new', look);
    await text(page, 'Drop 6 or more pieces');
    const found: Record<string, string[]> = { empty: await findings(page) };
    await picture(page, 'new-empty', look);
    const [first, ...others] = songs(8);
    const hostile = { name: '<b>x</b> \u202egnp.wav', bytes: textFile() };
    const copy = { name: 'Motion (final).mp3', bytes: first?.bytes ?? new Uint8Array() };
    await choose(page, [...(first ? [first] : []), ...others, hostile, copy]);
    await text(page, '8 of 10 files can be trained on. One cannot, one is a copy.');
    // A waveform is drawn when its row comes into sight.
    await page.locator('.w2').last().scrollIntoViewIfNeeded();
    await until(
      page,
      `[...document.querySelectorAll('.w2')].every((path) => {
        const { top, bottom } = path.getBoundingClientRect();
        return bottom < 0 || top > innerHeight || !/^M\\d+ 13.25v1.5M/.test(path.getAttribute('d'));
      })`,
    );
    found.chosen = [...(await findings(page)), ...((await sticksOut(page)) ? ['sticks out sideways'] : [])];
    await picture(page, 'new-chosen', look);
    expect(await page.locator('main b').count()).toBe(0);
    expect(found).toEqual({ empty: [], chosen: [] });
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('a person', () => {
  test('drops eight files with a refused one among them, replaces it, and watches to the id of the model', async () => {
    const { page, context, faults } = await signedIn('#/new');
    const [other, ...files] = pieces(8);
    await text(page, 'Drop 6 or more pieces');
    await drop(page, [...files, { name: 'lyrics.wav', bytes: textFile() }]);
    await text(page, '7 of 8 files can be trained on. One cannot.');
    await text(page, 'This is not audio');
    await page
      .getByLabel('Replace lyrics.wav')
      .setInputFiles(fileOf(other ?? { name: '', bytes: new Uint8Array() }));
    await text(page, '8 files can be trained on.');
    await page.getByLabel('Name of the model').fill('Night Drive');
    await page.getByLabel('Ask me before training').uncheck();
    await page.getByRole('button', { name: /Play 2 piece/ }).click();
    await until(page, `document.querySelector('audio')?.currentTime > 0`);
    await page.getByRole('button', { name: 'Upload and train, about 108 credits' }).first().click();
    const id = await idOf(page);
    const { modelId = '' } = await it_.until(id, ({ status }) => status === 'ready');
    await page.reload();
    await text(page, 'The model is ready.');
    await text(page, modelId);
    expect((await it_.audioOf(id)).length).toBe(8);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('reloads in the middle of the uploads: files are asked for again, and nothing is sent twice', async () => {
    const { page, context } = await signedIn('#/new');
    const files = pieces(7);
    const sent = puts(page);
    await choose(page, files);
    await text(page, '7 files can be trained on.');
    await page.getByLabel('Name of the model').fill('Harbour EP');
    // Three come through; then nothing does.
    let left = 3;
    await page.route(`${it_.stack.ready.s3}/**`, (route) => {
      if (route.request().method() !== 'PUT') return route.continue();
      left -= 1;
      return left >= 0 ? route.continue() : route.abort();
    });
    await page.getByRole('button', { name: 'Upload 7 files, about 7 credits' }).first().click();
    const id = await idOf(page);
    await text(page, 'The storage does not answer.');
    await picture(page, 'uploading', wide);
    expect(await findings(page)).toEqual([]);
    page.on('dialog', (dialog) => dialog.accept());
    await page.reload();
    await text(page, '4 files are still to be sent.');
    await text(page, '3 of 7 files');
    await page.unroute(`${it_.stack.ready.s3}/**`);
    await picture(page, 'uploads-lost', wide);
    expect(await findings(page)).toEqual([]);
    // The wrong folder is none; of the right one only what is missing is taken.
    await choose(page, pieces(2));
    await text(page, 'None of these is a file of this session');
    await choose(page, files);
    await it_.until(id, ({ status }) => status === 'review');
    expect(sent.length).toBe(7);
    expect(new Set(sent.map((url) => new URL(url).pathname)).size).toBe(7);
    await context.close();
  });

  test('goes on when the network comes back after it was cut: that is said once, and nothing is sent twice', async () => {
    const { page, context } = await signedIn('#/new');
    const sent = puts(page);
    const paidBefore = uploadsPaid();
    await choose(page, pieces(6));
    await text(page, '6 files can be trained on.');
    await page.getByLabel('Name of the model').fill('Cut off');
    await page.clock.install();
    const held: (() => Promise<void>)[] = [];
    let left = 2;
    await page.route(`${it_.stack.ready.s3}/**`, (route) => {
      if (route.request().method() !== 'PUT') return route.continue();
      left -= 1;
      return left >= 0 ? route.continue() : void held.push(() => route.abort());
    });
    await page.getByRole('button', { name: 'Upload 6 files, about 6 credits' }).first().click();
    const id = await idOf(page);
    while (sent.length < 2 || held.length < 4) await page.waitForTimeout(20);
    await context.setOffline(true);
    await Promise.all(held.map((cut) => cut()));
    await page.unroute(`${it_.stack.ready.s3}/**`);
    await text(page, 'Chirpsmith does not answer.');
    await page.clock.runFor(30_000);
    expect(await page.getByRole('alert').count()).toBe(1);
    await picture(page, 'network-cut', wide);
    await context.setOffline(false);
    await it_.until(id, ({ status }) => status === 'review');
    await page.locator('.away').waitFor({ state: 'detached' });
    expect(new Set(sent.map((url) => new URL(url).pathname)).size).toBe(6);
    expect(sent.length).toBe(6);
    expect((await it_.audioOf(id)).length).toBe(6);
    expect(uploadsPaid() - paidBefore).toBe(6);
    await context.close();
  });

  test('is closed and opened again in a browser that keeps file handles: the rest goes on by itself', async () => {
    const { page, context } = await signedIn('#/new');
    // Handles of the browser's own file system stand in for those of a folder: nobody can drop one here.
    await page.evaluate(`DataTransferItem.prototype.getAsFileSystemHandle = async function () {
      const file = this.getAsFile();
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle(file.name, { create: true });
      const to = await handle.createWritable();
      await to.write(file);
      await to.close();
      return handle;
    }`);
    const sent = puts(context);
    await text(page, 'Drop 6 or more pieces');
    await drop(page, pieces(6));
    await text(page, '6 files can be trained on.');
    await page.getByLabel('Name of the model').fill('Handles');
    let left = 2;
    let cut = 0;
    await page.route(`${it_.stack.ready.s3}/**`, async (route) => {
      if (route.request().method() !== 'PUT') return route.continue();
      left -= 1;
      if (left >= 0) return route.continue();
      await route.abort();
      cut += 1;
    });
    await page.getByRole('button', { name: 'Upload 6 files, about 6 credits' }).first().click();
    const id = await idOf(page);
    await text(page, 'The storage does not answer.');
    // Closing the page would cut those two off, and let a request go that is held until it is refused.
    while (sent.length < 2 || cut < 4) await page.waitForTimeout(20);
    await page.close();
    const again = await context.newPage();
    await signIn(again, at(`#/sessions/${id}`));
    await it_.until(id, ({ status }) => status === 'review');
    // The run may be over before the page shows the last answer.
    while (sent.length < 6) await again.waitForTimeout(20);
    expect(sent.length).toBe(6);
    await context.close();
  });

  test('pauses and goes on; a file that is large goes in parts, and only those that are missing are sent again', async () => {
    const { page, context } = await signedIn('#/new');
    const sent = puts(page);
    // 26 MB: four parts.
    const large = { name: 'long.wav', bytes: wavFile({ seconds: 300, pitch: 333, sampleRate: 44_100 }) };
    await choose(page, [...pieces(5), large]);
    await text(page, '6 files can be trained on.');
    await page.getByLabel('Name of the model').fill('Long');
    let isCut = true;
    await page.route(/partNumber=[34]/, (route) => (isCut ? route.abort() : route.continue()));
    await page.getByRole('button', { name: 'Upload 6 files, about 6 credits' }).first().click();
    const id = await idOf(page);
    await text(page, 'The storage does not answer.');
    await page.getByRole('button', { name: 'Pause' }).click();
    await text(page, 'Paused.');
    isCut = false;
    await page.getByRole('button', { name: 'Go on' }).click();
    await it_.until(id, ({ status }) => status === 'review');
    const parts = sent.flatMap((url) => new URL(url).searchParams.get('partNumber') ?? []);
    expect(parts.sort()).toEqual(['1', '2', '3', '4']);
    await context.close();
  });

  test('makes a batch of more files than one request declares, of which only those in sight are drawn', async () => {
    const { page, context } = await signedIn('#/new');
    await page.getByLabel(/^A batch/).check();
    await choose(page, pieces(205, 6));
    await text(page, '205 files can be uploaded.');
    expect(await page.locator('.fl').count()).toBeLessThan(60);
    await page.getByLabel('Name of the batch').fill('Loops');
    await page.getByRole('button', { name: 'Upload 205 files, about 205 credits' }).first().click();
    const id = await idOf(page);
    const { tracks, status } = await it_.until(id, (session) => session.status !== 'open');
    expect(tracks.length).toBe(205);
    expect(status).not.toBe('failed');
    // Not to its end: 205 files at the provider are no matter of the page.
    await it_.call('POST', `/sessions/${id}/cancel`);
    await context.close();
  });
});
