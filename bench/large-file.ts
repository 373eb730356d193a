/**
 * A file of the largest size that is taken, in the browser: dropped, reloaded, cut off for 30 s, closed and opened again
 * amid its upload. It says what was sent, and what storage and provider have of it. It takes some four minutes, and
 * needs Debian's chromium.
 *
 *     npm run bench:large-file
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { wavFile } from '../test-support/audio-files/wav.ts';
import { openStack, type TestStack } from '../test-support/local-stack.ts';

/** 500 MiB, the most that a file may have. */
const size = 500 * 1024 * 1024;
/** Bytes a second, so that a part takes a third of one. */
const uplink = 25_000_000;
const cutSeconds = 30;

/** A WAV of 96 kHz, two channels and 16 bits: 22 minutes. No two parts of it are the same. */
function writeLargeWav(file: string): void {
  const second = Buffer.from(
    wavFile({ seconds: 1, sampleRate: 96_000, channels: 2, statedBytes: size - 44 }),
  );
  const sound = second.subarray(44);
  const to = openSync(file, 'w');
  writeSync(to, second.subarray(0, 44));
  for (let at = 44; at < size; at += sound.length) {
    sound.writeUInt32LE(at, 0);
    writeSync(to, sound.subarray(0, Math.min(sound.length, size - at)));
  }
  closeSync(to);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

async function sha256InBucket({ ready }: TestStack['stack'], address: string): Promise<string> {
  const { s3: endpoint, region, adminKey: credentials, bucket: Bucket } = ready;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const Key = address.slice(`s3://${Bucket}/`.length);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const hash = createHash('sha256');
  for await (const chunk of Body?.transformToWebStream() ?? []) hash.update(chunk);
  return hash.digest('hex');
}

/** Parts of the large file, by the requests of the page that carry bytes of the large file. */
interface Sent {
  begun: string[];
  ended: string[];
}

function watch(context: BrowserContext): Sent {
  const sent: Sent = { begun: [], ended: [] };
  const part = (url: string) => new URL(url).searchParams.get('partNumber');
  context.on('request', (request) => {
    const number = request.method() === 'PUT' ? part(request.url()) : null;
    if (number !== null) sent.begun.push(number);
  });
  context.on('response', (response) => {
    const number = response.request().method() === 'PUT' && response.ok() ? part(response.url()) : null;
    if (number !== null) sent.ended.push(number);
  });
  return sent;
}

async function openAt(context: BrowserContext, address: string) {
  const page = await context.newPage();
  page.on('dialog', (dialog) => dialog.accept());
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const network = (offline: boolean) =>
    session.send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: uplink,
    });
  await network(false);
  await page.goto(address);
  await page.getByRole('button', { name: 'Continue to sign in' }).click();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(address);
  return { page, network };
}

const reads = (page: Page, words: string | RegExp) =>
  page.getByText(words).first().waitFor({ timeout: 120_000 });

async function timed(what: string, work: Promise<unknown>): Promise<void> {
  const from = performance.now();
  await work;
  console.log(`${what}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
}

async function run({ stack, until, audioOf }: TestStack, folder: string): Promise<void> {
  const large = path.join(folder, 'long set.wav');
  const tooLarge = path.join(folder, 'too long.wav');
  writeLargeWav(large);
  writeFileSync(tooLarge, wavFile({ seconds: 7 }));
  truncateSync(tooLarge, size + 1);
  const small = Array.from({ length: 5 }, (_, index) => path.join(folder, `${index + 1} piece.wav`));
  small.forEach((file, index) => {
    writeFileSync(file, wavFile({ seconds: 7, pitch: 300 + 11 * index }));
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const sent = watch(context);
    const home = stack.ready.page;
    const opened = await openAt(context, `${home}/#/new`);
    let { page, network } = opened;
    const choose = (files: string[]) => page.getByLabel('Choose files…').setInputFiles(files);

    await choose([...small, tooLarge]);
    await reads(page, '5 of 6 files can be trained on. One cannot.');
    console.log(`One byte more: ${await page.getByText('more than the').first().textContent()}`);
    await page.reload();
    await choose([...small, large]);
    await timed('looked into', reads(page, 'long set.wav'));
    await timed('hashed', reads(page, '6 files can be trained on.'));
    await page.getByLabel('Name of the model').fill('Long set');
    await page.getByRole('button', { name: 'Upload 6 files, about 6 credits' }).first().click();
    await page.waitForURL(/#\/sessions\/[0-9a-f-]{36}$/);
    const id = page.url().split('/').at(-1) ?? '';
    const partsSent = async (count: number) => {
      while (new Set(sent.ended).size < count) await delay(20);
    };

    await partsSent(15);
    await page.reload();
    await reads(page, 'still to be sent');
    console.log(`reloaded: ${sent.ended.length} parts were answered, ${sent.begun.length} begun`);
    await choose([large]);
    await timed('known again by its hash, first part sent', partsSent(new Set(sent.ended).size + 1));

    await partsSent(30);
    await network(true);
    await reads(page, 'Chirpsmith does not answer.');
    await delay(cutSeconds * 1000);
    await network(false);
    console.log(
      `cut off for ${cutSeconds} s: ${sent.ended.length} parts were answered, ${sent.begun.length} begun`,
    );
    await timed('went on by itself, first part sent', partsSent(new Set(sent.ended).size + 1));

    await partsSent(45);
    await page.close();
    ({ page, network } = await openAt(context, `${home}/#/sessions/${id}`));
    await reads(page, 'still to be sent');
    console.log(`closed and opened: ${sent.ended.length} parts were answered, ${sent.begun.length} begun`);
    await choose([large]);
    await timed(
      'the rest was sent, and the run has begun',
      until(id, ({ status }) => status !== 'open'),
    );
    await timed(
      'at the provider',
      until(id, ({ status }) => status === 'review'),
    );

    const twice = sent.ended.filter((part, index) => sent.ended.indexOf(part) !== index);
    const cut = sent.begun.length - sent.ended.length;
    console.log(
      `${new Set(sent.ended).size} parts of ${Math.ceil(size / 2 ** 23)}; begun ${sent.begun.length}, cut off ${cut}, answered twice: ${twice.length === 0 ? 'none' : twice.join(', ')}`,
    );
    const objects = await audioOf(id);
    console.log(`objects in the bucket: ${objects.length}`);
    const paid = stack.sandbox?.ledger().filter((entry) => entry.call === 'upload') ?? [];
    console.log(`uploads at the provider: ${paid.length}, of 6 files`);
    const there = await Promise.all(objects.map((name) => sha256InBucket(stack, name)));
    console.log(
      `the object with its SHA-256: ${there.includes(await sha256Of(large)) ? 'there' : 'MISSING'}`,
    );
  } finally {
    await browser.close();
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'chirpsmith-large-'));
const stack = await openStack();
try {
  await run(stack, folder);
} finally {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
