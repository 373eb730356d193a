import type { CallFact } from '../rig/provider.ts';
import { paidCalls } from '../tally.ts';
import { creditsOf, type Scene } from './scene.ts';

/** Answers that prove that a call was not taken (the table in functions/provider/answers.ts). */
const proofs: ReadonlySet<number | null> = new Set([400, 401, 402, 403, 404, 409, 422, 429]);

/** Can the provider have taken it, as far as its caller could know? */
const perhapsTaken = ({ call, entry, fault }: CallFact) => {
  if (!entry) return fault !== 'refused';
  // Of a training it may mean that it is under way already.
  const conflict = call === 'create' && entry.status === 409;
  return entry.taken || conflict || !proofs.has(entry.status);
};

/** The call that costs real money is paid once, and once more for each explicit word. */
export function paidOnce({ world, plan, tally }: Pick<Scene, 'world' | 'plan' | 'tally'>): string[] {
  const paid = paidCalls(world);
  const what = plan.machine === 'generate-music' ? 'generate' : 'create';
  const price = world.settings.prices[what];
  const charged = creditsOf(paid);
  const allowed = price * (1 + tally.words);
  const broken: string[] = [];
  if (charged > allowed) broken.push(`${what} cost ${charged} credits; ${allowed} were approved`);

  // Whatever the ledger says: a call in doubt is not made again, unless a person has said so in between.
  let doubtful: number | undefined;
  for (const call of paid) {
    const at = world.calls.indexOf(call);
    const before = doubtful;
    if (before !== undefined && !tally.saidAt.some((said) => before < said && said <= at)) {
      broken.push(`${what} was called again, after a call that may have been taken, and nobody had said so`);
    }
    if (perhapsTaken(call)) doubtful = at;
  }
  if (tally.paidAtCancel !== undefined && paid.length > tally.paidAtCancel) {
    broken.push(`${what} was called after the session had been cancelled`);
  }
  return broken;
}
