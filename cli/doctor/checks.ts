import { awsErrorWords } from '../../functions/shared/aws-answer.ts';
import { type Finding, type Verdict, warning } from './finding.ts';

/** Checks that run at the same time, by their names; one that has nothing to say is left out. */
export type Checks = Readonly<Record<string, Promise<Finding | undefined>>>;

/** The names of checks by what they came to. */
export type Verdicts = Readonly<Record<Verdict, readonly string[]>>;

/**
 * Makes a check that ends in time, and keeps the others from nothing.
 * @param over ends the wait
 */
export const checkUntil =
  (over: AbortSignal) =>
  (find: () => Promise<Finding | undefined>): Promise<Finding | undefined> => {
    const late = new Promise<Finding>((resolve) => {
      const end = () => resolve(warning('It took too long and was left.'));
      if (over.aborted) end();
      over.addEventListener('abort', end, { once: true });
    });
    const unexpected = (error: unknown) => warning(`It could not be looked at: ${awsErrorWords(error)}`);
    return Promise.race([find().catch(unexpected), late]);
  };

/**
 * Tells what each check came to, in their order.
 * @throws the reason of `interrupted`
 */
export async function tellChecks(
  checks: Checks,
  tell: (check: string, found: Finding) => void,
  interrupted: AbortSignal,
): Promise<Verdicts> {
  const names: Record<Verdict, string[]> = { ok: [], warning: [], failed: [] };
  for (const [name, finding] of Object.entries(checks)) {
    const found = await finding;
    interrupted.throwIfAborted();
    if (!found) continue;
    names[found.result].push(name);
    tell(name, found);
  }
  return names;
}
