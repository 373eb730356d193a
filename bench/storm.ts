/**
 * Many sessions at once against a provider that allows few calls a second: the whole stack on a clock that jumps, so
 * that an hour of the provider's takes a minute of ours.
 *
 *   npm run bench:storm -- [--sessions 10] [--tracks 24] [--per-second 5] [--retry-after 1] [--seed storm] [--speed N]
 *
 * With --speed, time really passes, that many times faster. Ends with 1 when a session has no model, a call came
 * before its Retry-After, or 5 % or more of the calls after the first two minutes were refused.
 */
import { parseArgs } from 'node:util';
import { sessionAnswer } from '../functions/api/contract/session.ts';
import { scaledClock, virtualClock } from '../packages/local-servers/clock.ts';
import { openStack, songs } from '../test-support/local-stack.ts';
import { minutesOf, refusedShare, tooSoon } from './storm/refusals.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10' },
    tracks: { type: 'string', default: '24' },
    'per-second': { type: 'string', default: '5' },
    'retry-after': { type: 'string', default: '1' },
    seed: { type: 'string', default: 'storm' },
    speed: { type: 'string' },
  },
});
const [sessions, tracks] = [Number(values.sessions), Number(values.tracks)];
const speed = values.speed === undefined ? undefined : Number(values.speed);
const clock = speed === undefined ? virtualClock() : scaledClock(speed);

const begun = performance.now();
const stack = await openStack({
  clock,
  speed: speed ?? 1,
  workers: { perFunction: 6, total: 20 },
  sandbox: {
    seed: values.seed,
    settings: {
      credits: 1_000_000,
      rateLimit: { calls: Number(values['per-second']), retryAfter: Number(values['retry-after']) },
    },
  },
});
const { sandbox } = stack.stack;
if (!sandbox) throw new Error('The storm runs against the sandbox.');
try {
  const ids: string[] = [];
  for (let session = 0; session < sessions; session++) ids.push(await stack.upload(songs(tracks)));
  // Held, so that a clock that jumps does not jump before all have begun.
  const started = await clock.busy(() =>
    Promise.all(ids.map((id) => stack.call('POST', `/sessions/${id}/start`))),
  );
  const executions = await Promise.all(
    started.map(({ body }) => stack.ended(sessionAnswer.parse(body).executionArn ?? '')),
  );
  const ended = [];
  for (const [index, { status, error, cause }] of executions.entries()) {
    const execution = [status, error, cause].filter(Boolean).join(', ');
    ended.push({ session: await stack.session(ids[index] ?? ''), execution });
  }

  const entries = sandbox.ledger();
  const minutes = minutesOf(entries);
  console.table(
    minutes.map((minute) => ({
      ...minute,
      'refused %': ((100 * minute.refused) / Math.max(1, minute.calls)).toFixed(1),
    })),
  );
  const share = refusedShare(minutes);
  const early = tooSoon(entries, sessions);
  const ready = ended.filter(({ session }) => session.status === 'ready').length;
  const clips = ended.reduce(
    (sum, { session }) => sum + session.tracks.filter(({ clipId }) => clipId).length,
    0,
  );
  const provider = ((entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)) / 1000;
  console.log(`seed ${values.seed}: ${ready} of ${sessions} sessions have their model`);
  console.log(`clips: ${clips} of ${sessions * tracks}; credits: ${1_000_000 - sandbox.credits()}`);
  console.log(`refused after the first two minutes: ${(100 * share).toFixed(1)} %`);
  console.log(`calls before their Retry-After: ${early.length}`);
  console.log(
    `${entries.length} calls in ${provider.toFixed(0)} s of the provider's, ` +
      `${((performance.now() - begun) / 1000).toFixed(0)} s of ours`,
  );
  for (const { session, execution } of ended) {
    const { sessionId, status, failure } = session;
    if (status === 'ready') continue;
    console.log(`${sessionId}: ${status}, ${failure?.reason ?? 'no failure'}; its execution: ${execution}`);
  }
  for (const { at, call, sessionId } of early) console.log(`too soon: ${call} of ${sessionId} at ${at}`);
  const complete = ready === sessions && clips === sessions * tracks;
  process.exitCode = complete && share < 0.05 && early.length === 0 ? 0 : 1;
} finally {
  await stack.close();
}
