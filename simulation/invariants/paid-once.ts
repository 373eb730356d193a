import type { CallFact } from '../harness/provider.ts';
import { paidCalls, type Tally } from '../tally.ts';
import { creditsOf, type Snapshot } from './snapshot.ts';

/** Answers that prove that a call was not taken (the table in functions/provider/response-classification.ts). */
const proofs: ReadonlySet<number | null> = new Set([400, 401, 402, 403, 404, 409, 422, 429]);

/** Can the provider have taken it, as far as its caller could know? */
export const perhapsTaken = ({ call, entry, fault }: CallFact) => {
  if (!entry) return fault !== 'refused';
  // What reports an error and names a task says both.
  if (fault === 'envelope') return true;
  // Of a training it may mean that it is under way already.
  const conflict = call === 'create' && entry.status === 409;
  return entry.taken || conflict || !proofs.has(entry.status);
};

/** The call that costs real money is paid once, and once more for each explicit decision. */
export function paidOnce({ world, plan, tally }: Pick<Snapshot, 'world' | 'plan' | 'tally'>): string[] {
  const paid = paidCalls(world);
  const what = plan.machine === 'generate-music' ? 'generate' : 'create';
  const price = world.settings.prices[what];
  const charged = creditsOf(paid);
  const allowed = price * (1 + tally.words);
  const broken: string[] = [];
  if (charged > allowed) broken.push(`${what} cost ${charged} credits; ${allowed} were approved`);

  // Independent of the ledger: a call in doubt is not repeated, except by a run with a person's `create-again`.
  let doubtful: string | undefined;
  for (const call of paid) {
    const { execution = '' } = call;
    const isWord = world.begunBy.get(execution)?.choice === 'create-again' && doubtful !== execution;
    if (doubtful !== undefined && !isWord) {
      broken.push(`${what} was called again, after a call that may have been taken, and nobody had said so`);
    }
    if (perhapsTaken(call)) doubtful = execution;
  }
  return [...broken, ...cancelHolds(tally, paid, what)];
}

/** Nothing is bought once a cancel was answered; but a call that was on its way when the caller last looked. */
function cancelHolds({ cancels }: Tally, paid: readonly CallFact[], what: string): string[] {
  return cancels.flatMap(({ from, to, perhaps }) =>
    paid.some(({ at, noticed }) => at > from && at < to && (!perhaps || noticed > from))
      ? [`${what} was called after the session had been cancelled`]
      : [],
  );
}
