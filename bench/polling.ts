/**
 * What the polling schedules cost and gain against asking every 3 s, as the provider's own sample does.
 * Durations are drawn, not measured: uploads log-normal around 20 s with a long tail, trainings uniform from
 * 120 to 180 s (documented: "about 2 to 3 minutes"). Both pollers see the same draws in one run.
 *
 *   npm run bench:polling
 */
import { firstWait, nextWait, type Schedule } from '../functions/shared/schedule.ts';
import { defaultSettings } from '../functions/shared/settings.ts';

const draws = 200_000;
const everyThreeSeconds: Schedule = { checks: [3], every: 3, deadline: 3600 };

/** A small repeatable generator (mulberry32): the run is the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(20261121);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const work = {
  upload: { schedule: defaultSettings.schedules.upload, seconds: () => 20 * Math.exp(0.45 * normal()) },
  training: { schedule: defaultSettings.schedules.training, seconds: () => 120 + 60 * random() },
};

/** Checks until a task of this length is seen to be done, and how long after its end that was. */
function poll(schedule: Schedule, seconds: number, jitter: number): { checks: number; delay: number } {
  let at = firstWait(schedule, jitter);
  let checks = 1;
  while (at < seconds) {
    at += nextWait(schedule, at);
    checks += 1;
  }
  return { checks, delay: at - seconds };
}

const rows = Object.entries(work).map(([name, { schedule, seconds }]) => {
  const sum = { ours: { checks: 0, delay: 0 }, sample: { checks: 0, delay: 0 } };
  for (let draw = 0; draw < draws; draw++) {
    const length = seconds();
    const jitter = random();
    for (const [poller, plan] of [
      ['ours', schedule],
      ['sample', everyThreeSeconds],
    ] as const) {
      const { checks, delay } = poll(plan, length, jitter);
      sum[poller].checks += checks;
      sum[poller].delay += delay;
    }
  }
  const mean = (total: number) => (total / draws).toFixed(1);
  return {
    task: name,
    'checks, schedule': mean(sum.ours.checks),
    'checks, every 3 s': mean(sum.sample.checks),
    'checks, ratio': `1 : ${(sum.sample.checks / sum.ours.checks).toFixed(1)}`,
    'delay, schedule (s)': mean(sum.ours.delay),
    'delay, every 3 s (s)': mean(sum.sample.delay),
  };
});
console.table(rows);
