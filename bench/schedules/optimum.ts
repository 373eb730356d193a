import { planChecks } from '../../functions/shared/plan-checks.ts';
import { batchRow, trainingPrice, uploadRows } from './defaults.ts';
import type { Poller, Waits } from './pollers.ts';
import type { Lengths } from './simulate.ts';

/** Seconds by which hardly a task of any lengths here still runs. */
const until = 1200;

function* between(moments: readonly number[]): Waits {
  let before = 0;
  for (const at of moments) {
    yield at - before;
    before = at;
  }
  for (;;) yield 30;
}

/** The best that can be done by who knows the true lengths, where a call is worth as much as for the defaults. */
export function optimum({ upload, training }: Lengths): Poller {
  const plan = ({ doneBy }: Lengths['upload'], tasks: number, call: number) =>
    planChecks([{ share: 1, doneBy }], { tasks, price: call, until });
  const plans = new Map<number, readonly number[]>();
  const forTraining = plan(training, 1, trainingPrice);
  return {
    name: 'the optimum, for lengths that are known',
    upload(tracks) {
      const { price } = uploadRows.find((row) => tracks <= row.tracks) ?? batchRow;
      const moments = plans.get(tracks) ?? plan(upload, tracks, price);
      plans.set(tracks, moments);
      return between(moments);
    },
    training: () => between(forTraining),
  };
}
