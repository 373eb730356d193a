/**
 * The two pictures of the README: a session on the page, and a training in a terminal. It needs Debian's chromium.
 *
 *     npm run pictures
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { openStack, songs } from '../test-support/local-stack.ts';

const out = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
/** Bytes of the largest picture that a README should load. */
const mostBytes = 150_000;

const names = [
  '01 Morning Arpeggio',
  '02 Village Waltz',
  '03 Midnight Shuffle',
  '04 Five Lanterns',
  '05 Evening Chorale',
  '06 Engine Room',
  '07 Round for Three',
  '08 Slow Tide',
];

async function sessionPicture(browser: Browser): Promise<void> {
  const stack = await openStack();
  try {
    const { page: home, issuer } = stack.stack.ready;
    // One track is throttled at first, which the timeline shows.
    stack.stack.sandbox?.setFaults([{ call: 'upload', kind: 'status', status: 429, times: 2 }]);
    const id = await stack.upload(
      songs(8).map(({ bytes }, index) => ({ name: `${names[index]}.wav`, bytes })),
    );
    await stack.run(id);
    const page = await browser.newPage({ viewport: { width: 1100, height: 1160 }, colorScheme: 'light' });
    await page.goto(`${home}/#/sessions/${id}`);
    await page.getByRole('button', { name: 'Continue to sign in' }).click();
    await page.waitForURL(`${issuer}/**`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The model is ready.').first().waitFor();
    await page.screenshot({ path: path.join(out, 'session.png') });
  } finally {
    await stack.close();
  }
}

async function terminalPicture(browser: Browser): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-'));
  try {
    const args = ['chirpsmith.mjs', 'train', '--name', 'Night Drive'];
    const env = { ...process.env, CHIRPSMITH_HOME: home };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    // As it is said where the home is the usual one.
    const said = `${stdout}${stderr}`
      .replaceAll(`CHIRPSMITH_HOME=${home} `, '')
      .replaceAll(home, '~/.chirpsmith');
    const text = `$ npx chirpsmith train --name "Night Drive"\n${shortened(said)}`;
    const page = await browser.newPage({ viewport: { width: 1100, height: 400 } });
    await page.setContent(
      '<pre style="margin:0;padding:24px;background:#17181c;color:#eeeef3;font:14px/21px monospace;white-space:pre-wrap"></pre>',
    );
    await page.locator('pre').evaluate((element, words) => {
      element.textContent = words;
    }, text.trimEnd());
    await page.locator('pre').screenshot({ path: path.join(out, 'terminal.png') });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Of many lines that begin with the same word, the first two and the last. */
function shortened(text: string): string {
  const lines = text.split('\n');
  const word = (line = '') => /^[a-z]+ {2,}/.exec(line)?.[0].trim();
  const isSame = (at: number, other: number) =>
    word(lines[at]) !== undefined && word(lines[at]) === word(lines[other]);
  return lines
    .flatMap((line, at) => {
      if (!(isSame(at, at + 1) && isSame(at, at - 2))) return [line];
      return isSame(at, at - 3) ? [] : ['…'];
    })
    .join('\n');
}

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  await sessionPicture(browser);
  await terminalPicture(browser);
} finally {
  await browser.close();
}
for (const name of ['session.png', 'terminal.png']) {
  const { size } = statSync(path.join(out, name));
  console.log(`docs/pictures/${name}: ${size.toLocaleString('en')} bytes`);
  if (size > mostBytes) throw new Error(`docs/pictures/${name} is larger than ${mostBytes} bytes.`);
}
process.exit(0);
