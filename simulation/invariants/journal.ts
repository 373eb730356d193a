import { creditsOf as recordedCredits } from '../../functions/domain/credits.ts';
import { chargesOf } from '../../functions/domain/journal.ts';
import { addToTally, noTracks } from '../../functions/domain/track-tally.ts';
import { creditsOf, type Snapshot } from './snapshot.ts';

/**
 * What the journal calls surely taken, the provider has taken; and all that the provider has taken is in the journal, surely
 * or perhaps. The record's own sums say the same.
 */
export function journalAndLedgerAgree({ world, session, tracks }: Snapshot): string[] {
  const { prices } = world.settings;
  const paid = { train: prices.create, batch: 0, music: prices.generate }[session.kind];
  const own = chargesOf(session.journal);
  const uploads = tracks.map(({ journal }) => chargesOf(journal));
  const sum = (state: 'surely' | 'perhaps') =>
    own[state] * paid + uploads.reduce((all, one) => all + one[state], 0) * prices.upload;
  const inJournal = { surely: sum('surely'), perhaps: sum('perhaps') };
  const record = recordedCredits(session, addToTally(noTracks, tracks), prices).creditsTaken;
  const ledger = creditsOf(world.calls);
  const broken: string[] = [];
  if (inJournal.surely !== record.surely || inJournal.perhaps !== record.perhaps) {
    broken.push(
      `the journal says ${JSON.stringify(inJournal)} credits, the record ${JSON.stringify(record)}`,
    );
  }
  if (inJournal.surely > ledger) {
    broken.push(`the journal calls ${inJournal.surely} credits surely taken, the provider took ${ledger}`);
  }
  if (inJournal.surely + inJournal.perhaps < ledger) {
    broken.push(
      `the journal has at most ${inJournal.surely + inJournal.perhaps} credits, the provider took ${ledger}`,
    );
  }
  return broken;
}
