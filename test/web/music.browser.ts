import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStack, songs, type TestStack } from '../../test-support/local-stack.ts';
import { findings, type Look, looks, openBrowser, openPage, picture, signIn, sticksOut } from './browser.ts';

let it_: TestStack;
let browser: Browser;

beforeAll(async () => {
  [it_, browser] = await Promise.all([openStack(), openBrowser()]);
  for (const name of ['Night Drive', 'Kiln Songs']) {
    await it_.run(await it_.upload(songs(6), { name }));
  }
});

afterAll(async () => {
  await browser?.close();
  await it_?.close();
});

const home = () => it_.stack.ready.page;
const at = (hash: string) => `${home()}/${hash}`;
const wide: Look = { width: 1280, colours: 'light' };
const text = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor();

async function signedIn(hash: string, look = wide) {
  const { s3, issuer } = it_.stack.ready;
  const opened = await openPage(browser, look, [home(), issuer, s3]);
  await signIn(opened.page, at(hash));
  return opened;
}

/** Asked again and again from here: the page's policy refuses to evaluate text in it. */
async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await page.waitForTimeout(50);
}

let compared = '';

describe('a person', () => {
  test('makes music with two models, the price first, hears the takes, marks one and keeps it', async () => {
    const { page, context, faults } = await signedIn('#/models');
    await text(page, '2 takes for about 40 credits');
    await page.getByLabel('Compare with').selectOption({ label: 'Night Drive' });
    await page.getByLabel('What to make').fill('rain on the last tram');
    await page.getByRole('button', { name: 'Make 4 takes for about 80 credits' }).click();
    await page.waitForURL(/#\/music\/[0-9a-f-]{36}\/[0-9a-f-]{36}$/);
    compared = new URL(page.url()).hash;
    for (const id of compared.split('/').slice(2)) await it_.until(id, ({ status }) => status === 'ready');
    // The clock of the stack jumps; the page waits as long as the schedule says.
    await page.reload();
    await page
      .getByRole('button', { name: /^Play take 1/ })
      .first()
      .click();
    await until(page, `document.querySelector('audio')?.currentTime > 0`);
    await page.getByRole('button', { name: 'Switch A and B at this moment' }).click();
    await page
      .getByRole('button', { name: /^Mark take 1/ })
      .first()
      .click();
    await text(page, '1 marked');
    const saved = page.waitForEvent('download');
    await page
      .getByRole('button', { name: /^Download take 1/ })
      .first()
      .click();
    expect((await saved).suggestedFilename()).toMatch(/\.\w+$/);
    await page.reload();
    await text(page, '1 marked');
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe.each(looks)('music at $width px, $colours', (look: Look) => {
  test('is shown in the registry and side by side without a finding of axe', async () => {
    const { page, context, faults } = await signedIn('#/models', look);
    await text(page, '2 takes for about 40 credits');
    await text(page, 'Tick two');
    const problems = async () => [
      ...(await findings(page)),
      ...((await sticksOut(page)) ? ['sticks out sideways'] : []),
    ];
    const found: Record<string, string[]> = { models: await problems() };
    await picture(page, 'models-and-music', look);
    await page.goto(at(compared));
    await text(page, 'Take 1');
    found.compared = await problems();
    await picture(page, 'side-by-side', look);
    expect(found).toEqual({ models: [], compared: [] });
    expect(faults).toEqual([]);
    await context.close();
  });
});
