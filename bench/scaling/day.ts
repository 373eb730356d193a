import { assumed } from '../schedules/assumed.ts';
import { generator } from '../schedules/distributions.ts';
import { ours } from '../schedules/ours.ts';
import { invocationsOf, poll, statesEntered } from '../schedules/simulate.ts';
import type { Demand } from './quotas.ts';

const day = 86_400;
/** An hour more, so that what begins late in the day is counted to its end. */
const seconds = day + 3600;

/**
 * How busy each hour is, of a team that works by day. A choice, not a measurement: the busiest hour has 2.2 times what it
 * would have if all came evenly.
 */
const hours = [1, 1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 8, 9, 11, 11, 10, 8, 5, 3, 2, 1, 1, 1];
/** Models that come ten at once, as when a folder of folders is dropped into the inbox. */
const together = { share: 0.3, models: 10 };

/** Requests in each second of a day. */
export type Day = { readonly [of in keyof Demand]: Float64Array };

/** A day on which so many models of so many tracks are made. */
export function simulateDay(models: number, tracks: number, seed: number): Day {
  const random = generator(seed);
  const empty = () => new Float64Array(seconds);
  const found = {
    starts: empty(),
    transitions: empty(),
    invocations: empty(),
    providerCalls: empty(),
    submissions: empty(),
  };
  const poller = ours('ours');
  const add = (to: Float64Array, at: number, count: number) => {
    const second = Math.min(seconds - 1, Math.floor(at));
    to[second] = (to[second] ?? 0) + count;
  };
  for (let made = 0; made < models; ) {
    const group = random() < together.share / together.models ? together.models : 1;
    const at = arrival(random);
    for (let one = 0; one < group && made < models; one++, made++) addModel(at);
  }
  return found;

  function addModel(at: number): void {
    add(found.starts, at, 1);
    // All states beside the loops, and the submissions, are at the begin but for Create model, which is one.
    add(found.transitions, at, statesEntered(tracks, 0));
    add(found.invocations, at, invocationsOf(tracks, 0));
    add(found.providerCalls, at, tracks + 2);
    add(found.submissions, at, tracks);
    const check = (when: number) => {
      add(found.transitions, when, 3);
      add(found.invocations, when, 1);
      add(found.providerCalls, when, 1);
    };
    const took = Array.from({ length: tracks }, () => assumed.upload.draw(random));
    let uploaded = 0;
    for (const length of took) {
      const { moments, seen } = poll(poller.upload(tracks, random), length);
      for (const moment of moments) check(at + moment);
      uploaded = Math.max(uploaded, seen);
    }
    const { moments } = poll(poller.training(took, random), assumed.training.draw(random));
    for (const moment of moments) check(at + uploaded + moment);
  }
}

/** A moment of the day, in seconds. */
function arrival(random: () => number): number {
  let left = random() * hours.reduce((sum, weight) => sum + weight, 0);
  const hour = hours.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return 3600 * (Math.max(0, hour) + random());
}

/** What a model asks for, on average of a day. */
export function demandOf(found: Day, models: number): Demand {
  const mean = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0) / models;
  const { starts, transitions, invocations, providerCalls, submissions } = found;
  return {
    starts: mean(starts),
    transitions: mean(transitions),
    invocations: mean(invocations),
    providerCalls: mean(providerCalls),
    submissions: mean(submissions),
  };
}
