import { creditsSpent } from '../../functions/domain/credits.ts';
import { creditsOf, type Snapshot } from './snapshot.ts';

/** Faults after which the caller cannot know that a call was not taken. */
const leaveOpen = new Set(['reset-before', 'timeout-before', 'status', 'body', 'envelope', 'seen-before']);

/** The call that costs, the state that makes it, and its price. */
const costs = [
  { call: 'upload', state: 'Submit upload', price: 'upload' },
  { call: 'addToBatch', state: 'Submit upload', price: 'upload' },
  { call: 'create', state: 'Create model', price: 'create' },
  { call: 'generate', state: 'Request music', price: 'generate' },
] as const;

const callsOf = { train: ['upload', 'create'], batch: ['addToBatch'], music: ['generate'] };

/** The record counts what was taken, and more only where the caller cannot know. */
export function recordAndLedgerAgree({ world, session, tracks, tally }: Snapshot): string[] {
  const { prices } = world.settings;
  const record = creditsSpent({ session, tracks }, prices);
  const ledger = creditsOf(world.calls);
  let slack = 0;
  for (const { call, state, price } of costs) {
    if (!callsOf[session.kind].includes(call)) continue;
    const unheard = world.calls.filter(
      (it) => it.call === call && !it.entry?.taken && leaveOpen.has(it.fault ?? ''),
    );
    slack += (unheard.length + (tally.disturbed.get(state) ?? 0)) * prices[price];
  }
  if (record < ledger) return [`the record says ${record} credits, the provider took ${ledger}`];
  if (record <= ledger + slack) return [];
  return [
    `the record says ${record} credits, the provider took ${ledger}, and only ${slack} can be in doubt`,
  ];
}
