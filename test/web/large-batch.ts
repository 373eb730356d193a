import type { Page } from 'playwright-core';
import type { SessionPageAnswer } from '../../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../../functions/api/contract/timeline.ts';

/** A batch that no stack has: its answers are made here, a page of a thousand files at a time, as the API's are. */
export const largeBatch = '11111111-1111-4111-8111-111111111111';
const perPage = 1000;

const about = {
  sessionId: largeBatch,
  kind: 'batch',
  name: 'Loop library',
  status: 'uploading',
  startedBy: 'api',
  createdAt: '2026-11-27T10:00:00.000Z',
} as const;

/** Files at the provider at the same time, as the machine has it. */
const atOnce = 20;
/** Seconds that each of them takes. */
const each = 16;
/** Files that came to their end. */
const reached = (count: number) => Math.floor((count * 0.6) / atOnce) * atOnce;

const trackId = (index: number) => String(index + 1).padStart(5, '0');
const fileOf = (index: number) => `loops ${index % 40}/loop number ${index + 1}.wav`;
const statusOf = (index: number, count: number) =>
  index >= reached(count) + atOnce
    ? 'declared'
    : index >= reached(count)
      ? 'submitted'
      : index % 211 === 5
        ? 'failed'
        : 'done';

function trackOf(index: number, count: number): SessionPageAnswer['tracks'][number] {
  const status = statusOf(index, count);
  const failure = {
    error: 'AudioRejected',
    reason: 'The audio is too short: 5.1 s.',
    permanent: true,
  } as const;
  const found = { trackId: trackId(index), file: fileOf(index), status, attempts: 1 } as const;
  return status === 'failed' ? { ...found, failure } : found;
}

function callsOf(index: number, count: number): TimelineAnswer['rows'][number]['calls'] {
  const status = statusOf(index, count);
  const at = 10 + Math.floor(index / atOnce) * each;
  const call = { call: 'upload', at, until: at + 1, answer: 'taken', charge: 'surely', credits: 1 } as const;
  const end = { at: at + 14, result: 'done' } as const;
  const ended = { checks: [at + 8, at + 14], providerDoneAt: at + 12, end };
  if (status === 'failed')
    return [{ ...call, end: { at: at + 8, result: 'failed', words: 'The audio is too short: 5.1 s.' } }];
  return status === 'done' ? [{ ...call, ...ended }] : status === 'submitted' ? [call] : [];
}

const rowOf = (index: number, count: number): TimelineAnswer['rows'][number] => ({
  trackId: trackId(index),
  file: fileOf(index),
  status: statusOf(index, count),
  calls: callsOf(index, count),
});

/** Lets the page find the batch. @param count files */
export async function serveLargeBatch(page: Page, count: number): Promise<void> {
  await page.route(`**/api/sessions/${largeBatch}**`, async (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    const from = Number(searchParams.get('after') ?? 0);
    const to = Math.min(count, from + perPage);
    const indexes = Array.from({ length: to - from }, (_, index) => from + index);
    const declared = Array.from({ length: count }, (_, at) => statusOf(at, count)).filter(
      (one) => one === 'declared',
    );
    const [taken, toCome] = [count - declared.length, declared.length];
    const next = to < count ? trackId(to - 1) : undefined;
    const timeline: TimelineAnswer = {
      session: { ...about, owner: 'me' },
      now: 20 + (reached(count) / atOnce) * each,
      money: { surely: taken, perhaps: 0, toCome },
      checks: 2 * taken,
      work: [],
      turns: [{ at: 5, status: 'preparing', run: 1 }],
      notes: [],
      rows: indexes.map((index) => rowOf(index, count)),
      ...(next === undefined ? {} : { nextRows: next }),
    };
    const session: SessionPageAnswer = {
      ...about,
      updatedAt: about.createdAt,
      creditsTaken: { surely: taken, perhaps: 0 },
      creditsSpent: taken,
      creditsToCome: toCome,
      actions: ['cancel'],
      decisions: [],
      tracks: indexes.map((index) => trackOf(index, count)),
      ...(next === undefined ? {} : { nextTracks: next }),
    };
    const json = pathname.endsWith('/timeline') ? timeline : session;
    await route.fulfill({ json, headers: { 'retry-after': '40' } });
  });
}

/** Frames of one scroll through the rows. */
const frames = 180;

/**
 * Scrolls through the rows of a batch, 97 pixels a frame.
 * @returns frames per second, and milliseconds of the page's thread for each frame: these do not depend on what else the
 * machine does
 */
export async function scrollThrough(page: Page): Promise<{ perSecond: number; milliseconds: number }> {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const used = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const before = await used();
  // As text: the page has names that the tests, which run in Node, do not.
  const seconds: number = await page.evaluate(`new Promise((resolve) => {
    const box = document.querySelector('.files.window');
    let first;
    let count = 0;
    const step = (now) => {
      first ??= now;
      box.scrollTop = (count * 97) % (box.scrollHeight - box.clientHeight);
      if (count === ${frames}) resolve((now - first) / 1000);
      else requestAnimationFrame(step);
      count += 1;
    };
    requestAnimationFrame(step);
  })`);
  const milliseconds = ((await used()) - before) * 1000;
  await client.detach();
  return { perSecond: frames / seconds, milliseconds: milliseconds / frames };
}

/** Milliseconds from the request for the page until it painted first, and until its largest text was there. */
export async function paints(page: Page): Promise<{ first: number; whole: number }> {
  return page.evaluate(`new Promise((resolve) => {
    const [first] = performance.getEntriesByName('first-contentful-paint');
    new PerformanceObserver((list) => resolve({ first: first.startTime, whole: list.getEntries().at(-1).startTime }))
      .observe({ type: 'largest-contentful-paint', buffered: true });
  })`);
}
