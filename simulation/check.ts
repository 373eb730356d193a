import * as fc from 'fast-check';
import type { MachineName } from './harness/machine.ts';
import type { Plan } from './plan.ts';
import { plansFor } from './scenarios/plans.ts';
import { type PlayOptions, play, type Report } from './simulate.ts';

export interface CheckOptions extends PlayOptions {
  /** Plans for this machine only; else it is drawn for each. */
  readonly machine?: MachineName | undefined;
  /** The same seed draws the same plans, and each plan is the same run. */
  readonly seed: number;
  readonly runs: number;
  /** Look for the smallest plan that breaks a rule; takes its time. */
  readonly shrink?: boolean;
  onRun?(report: Report): void;
}

/**
 * Plays as many random plans until one breaks a rule.
 * @returns what was broken and how to see it again; undefined when nothing was
 */
export async function check(options: CheckOptions): Promise<string | undefined> {
  const { seed, runs, machine, shrink = true, onRun, ...world } = options;
  const property = fc.asyncProperty(plansFor(machine), async (plan) => {
    const report = await play(plan, world);
    onRun?.(report);
    if (report.violations.length > 0) throw new Error(report.violations.join('\n'));
  });
  const result = await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrink });
  if (!result.failed) return undefined;
  const [plan] = result.counterexample ?? [];
  const why = result.errorInstance instanceof Error ? result.errorInstance.message : 'interrupted';
  const narrowed = machine === undefined ? '' : ` --machine ${machine}`;
  return [
    why,
    `after ${result.numRuns} runs; to see it again: npm run faults -- --seed ${seed} --runs ${result.numRuns}${narrowed}`,
    ...(plan ? [`the smallest plan found: ${written(plan)}`] : []),
  ].join('\n');
}

/** A broken rule, as a text without ids and numbers. */
export interface Finding {
  readonly rule: string;
  /** Runs in which it was. */
  times: number;
  /** The first of them, counted from 1. */
  readonly firstRun: number;
  /** One of its sentences as it was said. */
  said: string;
  /** The shortest plan that broke it. */
  plan: Plan;
}

/** Plays all plans, also after a failure, and gathers the rules that were broken, the most frequent first. */
export async function survey(options: Omit<CheckOptions, 'shrink'>): Promise<Finding[]> {
  const { seed, runs, machine, onRun, ...world } = options;
  const findings = new Map<string, Finding>();
  let run = 0;
  const property = fc.asyncProperty(plansFor(machine), async (plan) => {
    run++;
    const report = await play(plan, world);
    onRun?.(report);
    for (const said of report.violations) {
      const rule = said
        .replace(/chirp-custom:|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+/g, '#')
        .slice(0, 160);
      const found = findings.get(rule);
      if (found) found.times++;
      else findings.set(rule, { rule, times: 1, firstRun: run, said, plan });
      if (found && written(plan).length < written(found.plan).length) Object.assign(found, { plan, said });
    }
  });
  await fc.check(property, { seed, numRuns: runs });
  return [...findings.values()].sort((a, b) => b.times - a.times);
}

const written = (plan: Plan): string => JSON.stringify(plan);
