import { accountFaults } from './account-faults.ts';
import { audioFaults } from './audio-faults.ts';
import type { Case } from './case.ts';
import { clipFaults } from './clip-faults.ts';
import { providerFaults } from './provider-faults.ts';
import { runtimeFaults } from './runtime-faults.ts';
import { secondCalls } from './second-call.ts';
import { taskFaults } from './task-faults.ts';

/** Every fault at every place where it can be. */
export const allCases: readonly Case[] = [
  ...providerFaults,
  ...taskFaults,
  ...secondCalls,
  ...accountFaults,
  ...runtimeFaults,
  ...audioFaults,
  ...clipFaults,
];
