import { setTimeout as delay } from 'node:timers/promises';
import type { MeasuredStack } from './measured-stack.ts';

/** Resolves when no execution runs any more. @param lookMs milliseconds between two looks */
export async function untilIdle(stack: Pick<MeasuredStack, 'usage'>, lookMs = 10): Promise<void> {
  do await delay(lookMs);
  while ((await stack.usage()).running > 0);
}
