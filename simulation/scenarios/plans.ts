import * as fc from 'fast-check';
import type { MachineName } from '../harness/machine.ts';
import type { Plan } from '../plan.ts';
import { musicPlans } from './generate-music.ts';
import { trainPlans } from './train-model.ts';
import { batchPlans } from './upload-batch.ts';

const byMachine: Readonly<Record<MachineName, fc.Arbitrary<Plan>>> = {
  'train-model': trainPlans,
  'upload-batch': batchPlans,
  'generate-music': musicPlans,
};

/** Plans for one machine, or for a machine drawn at random each time. */
export const plansFor = (machine?: MachineName): fc.Arbitrary<Plan> =>
  machine === undefined ? fc.oneof(...Object.values(byMachine)) : byMachine[machine];
