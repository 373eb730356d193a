import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { counted } from '../words/format.ts';
import type { Tally } from '../words/tally.ts';

interface Line {
  readonly what: string;
  readonly calls: string;
  readonly words: string;
  readonly isDoubt?: boolean;
}

/** The money, as far as the record of today tells: sums, and the calls that they are of. */
export function Ledger({ session, tally }: { session: SessionPageAnswer; tally: Tally }) {
  const { creditsSpent = 0, creditsToCome = 0, providerCalls = 0, status } = session;
  const isDoubt = status === 'needs-decision';
  return (
    <section class="card" aria-labelledby="ledger">
      <div class="head">
        <h2 id="ledger">Credits</h2>
        <span class="hint">By the prices of this stage</span>
      </div>
      <div class="tot">
        <div>
          <b>{creditsSpent.toLocaleString('en')}</b>
          <span>{isDoubt ? 'taken at most' : 'taken, doubt counted'}</span>
        </div>
        <div>
          <b>{creditsToCome.toLocaleString('en')}</b>
          <span>to come, if it goes on</span>
        </div>
        <div>
          <b>{providerCalls.toLocaleString('en')}</b>
          <span>calls to the provider</span>
        </div>
      </div>
      <table class="led">
        <caption class="vh">What may have cost credits</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="num">
              Calls
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {linesOf(session, tally).map(({ what, calls, words, isDoubt: doubt }) => (
            <tr key={what}>
              <td>{what}</td>
              <td class="num">{calls}</td>
              <td class={doubt ? 'doubt' : 'mid'}>{words}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="ledf">
        A call whose answer was lost counts as taken. Checks cost nothing. A line for each call is not
        recorded yet.
      </p>
    </section>
  );
}

function linesOf(session: SessionPageAnswer, tally: Tally): Line[] {
  const sent = session.tracks.filter(({ attempts }) => attempts > 0);
  const attempts = sent.reduce((sum, track) => sum + track.attempts, 0);
  const uploads: Line[] =
    session.kind === 'music'
      ? []
      : [
          {
            what: 'Uploads',
            calls: attempts.toLocaleString('en'),
            words: `${counted(sent.length, 'file')} sent, ${tally.done.toLocaleString('en')} ready`,
          },
        ];
  return session.kind === 'batch' ? uploads : [...uploads, paidLine(session)];
}

/** Of the training or the music. */
function paidLine({ kind, status, unfinished, creditsToCome = 0 }: SessionPageAnswer): Line {
  const what = kind === 'music' ? 'Music' : 'Training';
  if (status === 'needs-decision') return { what, calls: '?', words: 'perhaps taken', isDoubt: true };
  if (unfinished !== undefined || ['training', 'generating', 'copying'].includes(status)) {
    return { what, calls: '1', words: 'taken, not finished' };
  }
  if (status === 'creating') return { what, calls: '1', words: 'is being called' };
  // Going on costs something only while the call has surely not been taken, or a person allows another one.
  return creditsToCome > 0 ? { what, calls: '0', words: 'not taken' } : { what, calls: '1', words: 'taken' };
}
