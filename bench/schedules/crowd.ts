import { slower, spreadFirstCheck, throttledDelay } from '../../functions/shared/backoff.ts';
import { checksFor, firstWait, nextWait, withChecks } from '../../functions/shared/schedule.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { untilNextCheck } from '../../functions/workflow/polling.ts';
import { assumed } from './assumed.ts';
import { generator } from './distributions.ts';

/** All tracks are submitted at once, and that takes so long at least where few calls are allowed. */
const firstMinutes = 2;

/** What sessions that began together came to at a provider that allows few calls a second. */
export interface CrowdOutcome {
  /** Seconds from the start to the model, of each session. */
  readonly times: readonly number[];
  readonly calls: number;
  readonly refused: number;
  /** Calls after the first two minutes, and those of them that were refused. */
  readonly later: { readonly calls: number; readonly refused: number };
}

/** Sessions that begin together, at a provider that takes so many calls in any second and refuses others (429). */
export function simulateCrowd({
  sessions,
  tracks,
  perSecond,
  seed,
}: {
  sessions: number;
  tracks: number;
  perSecond: number;
  seed: number;
}): CrowdOutcome {
  const random = generator(seed);
  const queue: { at: number; run: () => void }[] = [];
  let now = 0;
  const after = (seconds: number, run: () => void) => {
    const entry = { at: now + seconds, run };
    let index = queue.length;
    while (index > 0 && (queue[index - 1]?.at ?? 0) < entry.at) index--;
    queue.splice(index, 0, entry);
  };
  let taken: number[] = [];
  const counts = { calls: 0, refused: 0, later: { calls: 0, refused: 0 } };
  /** @returns seconds to wait when the call is refused */
  const call = (): number | undefined => {
    taken = taken.filter((at) => at > now - 1);
    const refused = taken.length >= perSecond;
    for (const count of now > firstMinutes * 60 ? [counts, counts.later] : [counts]) {
      count.calls++;
      if (refused) count.refused++;
    }
    if (refused) return 1;
    taken.push(now);
    return undefined;
  };
  const times: number[] = [];
  for (let index = 0; index < sessions; index++) {
    let pace = 1;
    const throttled = (madeAt: number) => {
      if (madeAt >= pace) pace = slower(pace);
    };
    const upload = withChecks(
      defaultSettings.schedules.upload,
      checksFor(defaultSettings.schedules.upload, tracks),
    );
    let left = tracks;
    const prepare = (refusals: number) => {
      const retryAfter = call();
      if (retryAfter === undefined) {
        for (let track = 0; track < tracks; track++) submit(0, pace);
        return;
      }
      throttled(pace);
      after(throttledDelay(refusals + 1, { retryAfter, pace, random: random() }), () =>
        prepare(refusals + 1),
      );
    };
    const submit = (refusals: number, known: number) => {
      const madeAt = Math.max(known, pace);
      after(0.1 + 0.4 * random(), () => send(refusals, madeAt));
    };
    const send = (refusals: number, madeAt: number) => {
      const retryAfter = call();
      if (retryAfter !== undefined) {
        throttled(madeAt);
        const wait = throttledDelay(refusals + 1, { retryAfter, pace, random: random() });
        after(wait, () => submit(refusals + 1, pace));
        return;
      }
      const end = now + assumed.upload.draw(random);
      const first = spreadFirstCheck(firstWait(upload, random()), { pace: madeAt, random: random() });
      check({ end, waited: first, pace: madeAt }, first);
    };
    const check = (state: { end: number; waited: number; pace: number }, wait: number) => {
      after(wait + 0.1 + 0.4 * random(), () => {
        const retryAfter = call();
        if (retryAfter === undefined && now >= state.end) {
          left--;
          if (left === 0) create(0);
          return;
        }
        if (retryAfter !== undefined) throttled(state.pace);
        const next = untilNextCheck(upload, state.waited, retryAfter ? { retryAfter } : undefined, pace);
        check({ end: state.end, waited: state.waited + next, pace }, next);
      });
    };
    const create = (refusals: number) => {
      const retryAfter = call();
      if (retryAfter !== undefined) {
        throttled(pace);
        const wait = throttledDelay(refusals + 1, { retryAfter, pace, random: random() });
        after(wait, () => create(refusals + 1));
        return;
      }
      const end = now + assumed.training.draw(random);
      const { training } = defaultSettings.schedules;
      const ask = (waited: number, wait: number) => {
        after(wait, () => {
          const refused = call();
          if (refused === undefined && now >= end) {
            times.push(now);
            return;
          }
          const next = Math.max(nextWait(training, waited + wait), refused ?? 0);
          ask(waited + wait, next);
        });
      };
      ask(0, firstWait(training, random()));
    };
    prepare(0);
  }
  for (let entry = queue.pop(); entry; entry = queue.pop()) {
    now = entry.at;
    entry.run();
  }
  return { times, ...counts };
}
