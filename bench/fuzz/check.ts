import fc from 'fast-check';
import type { Target } from './target.ts';

/**
 * Sends so many inputs to a target.
 * @returns what was broken, with the smallest input that breaks it; undefined when nothing was
 */
export async function check<Input>(
  target: Target<Input>,
  { runs, seed, onRun }: { runs: number; seed: number; onRun?: () => void },
): Promise<string | undefined> {
  const property = fc.asyncProperty(target.input, async (input) => {
    onRun?.();
    const broken = await target.play(input);
    if (broken.length > 0) throw new Error(`The answer of ${target.name}: ${broken.join('; ')}.`);
  });
  const result = await fc.check(property, { numRuns: runs, seed });
  return result.failed ? `${result.errorInstance}\n${fc.defaultReportMessage(result)}` : undefined;
}
