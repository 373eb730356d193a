import { useSignal } from '@preact/signals';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { type LedgerLine, ledgerOf, plainWords } from '../../../functions/shared/timeline.ts';
import { chargeWords, meaningOf } from '../../../functions/shared/timeline-words.ts';
import { clock, counted, printable } from '../words/format.ts';
import { toComeOf } from '../words/money.ts';
import { Dialog } from './dialog.tsx';
import { Given } from './given.tsx';

/** Lines that are shown at first; a batch may have thousands. */
const mostLines = 50;

/** A line for each call that may cost, with credits surely, perhaps or not taken. */
export function Ledger({ session, timeline }: { session: SessionPageAnswer; timeline: TimelineAnswer }) {
  const ledger = ledgerOf(timeline);
  const showsPlain = useSignal(false);
  const shows = useSignal(mostLines);
  const opened = useSignal<LedgerLine | undefined>(undefined);
  const { surely = 0, perhaps = 0 } = timeline.money ?? {};
  const toCome = toComeOf(session, timeline);
  const all = showsPlain.value
    ? [...ledger.lines, ...ledger.plain].sort((one, other) => one.at - other.at)
    : ledger.lines;
  const lines = all.slice(0, shows.value);
  const plain = plainWords(ledger);
  const { dropped, checks = 0 } = timeline;
  const left = dropped ? dropped.surely + dropped.perhaps + dropped.not : 0;
  return (
    <section class="card" aria-labelledby="ledger">
      <div class="head">
        <h2 id="ledger">Ledger</h2>
        <span class="hint">Every call that may cost credits</span>
      </div>
      <div class="tot">
        <Sum value={surely} words="credits surely taken" />
        <Sum value={perhaps} words="perhaps taken" isDoubt={perhaps > 0} />
        {toCome !== undefined && <Sum value={toCome.credits} words={toCome.words} />}
      </div>
      {lines.length > 0 && (
        <table class="led">
          <caption class="vh">Calls that may cost credits</caption>
          <thead>
            <tr>
              <th scope="col">Time, UTC</th>
              <th scope="col">Call</th>
              <th scope="col" class="num">
                Credits
              </th>
              <th scope="col">Answer</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.id}>
                <td class="mono">{clock(session.createdAt, line.at)}</td>
                <td>
                  <Given text={line.title} />
                </td>
                <td class={line.charge === 'perhaps' ? 'num doubt' : 'num'}>
                  {line.credits > 0 && <b>{line.credits} </b>}
                  {chargeWords[line.charge]}
                </td>
                <td>
                  <button type="button" class="link" onClick={() => (opened.value = line)}>
                    {line.answer}
                    <span class="vh"> for {line.title}</span>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="ledf no-print">
        {plain !== undefined && (
          <button
            type="button"
            class="link"
            aria-expanded={showsPlain.value}
            onClick={() => (showsPlain.value = !showsPlain.value)}
          >
            {showsPlain.value ? 'Fold the plain uploads' : plain}
          </button>
        )}
        {all.length > lines.length && (
          <button type="button" class="link" onClick={() => (shows.value += 200)}>
            {' '}
            {counted(all.length - lines.length, 'more line')}
          </button>
        )}
      </p>
      <p class="ledf">
        {checks > 0 &&
          `${counted(checks, 'check')} cost nothing and ${checks === 1 ? 'is' : 'are'} not listed.`}
        {ledger.lines.length + ledger.plain.length + checks === 0 && 'No call was made yet.'}
        {left > 0 && ` ${counted(left, 'older call')} no longer kept one by one; the sums have them.`}
      </p>
      {opened.value !== undefined && (
        <LineDetails line={opened.value} session={session} close={() => (opened.value = undefined)} />
      )}
    </section>
  );
}

const Sum = ({ value, words, isDoubt = false }: { value: number; words: string; isDoubt?: boolean }) => (
  <div>
    <b class={isDoubt ? 'doubt' : ''}>{value.toLocaleString('en')}</b>
    <span>{words}</span>
  </div>
);

/** What was asked, what was answered, and what it means for the money. */
function LineDetails({
  line: { title, call, charge, credits, answer },
  session: { createdAt },
  close,
}: {
  line: LedgerLine;
  session: SessionPageAnswer;
  close(): void;
}) {
  const { at, until, words, end, checks = [] } = call;
  return (
    <Dialog title={<Given text={title} />} kind="sheet" onClose={close}>
      <dl class="kv">
        <dt>Called</dt>
        <dd class="mono">{clock(createdAt, at)} UTC</dd>
        <dt>Answer</dt>
        <dd>
          {answer}
          {until === undefined ? '' : `, ${clock(createdAt, until)} UTC`}
        </dd>
        <dt>Credits</dt>
        <dd>{credits === 0 ? chargeWords[charge] : `${credits}, ${chargeWords[charge]}`}</dd>
        {checks.length > 0 && (
          <>
            <dt>Checked</dt>
            <dd class="mono">{checks.map((moment) => clock(createdAt, moment)).join(', ')}</dd>
          </>
        )}
      </dl>
      {words !== undefined && (
        <Quoted title="In the provider’s words, or what came in their place" words={words} />
      )}
      {end?.words !== undefined && (
        <Quoted title={`Later, ${clock(createdAt, end.at)} UTC`} words={end.words} />
      )}
      <div>
        <h3>What it means for the money</h3>
        <p class="mid">{meaningOf({ ...call, result: end?.result })}</p>
      </div>
    </Dialog>
  );
}

const Quoted = ({ title, words }: { title: string; words: string }) => (
  <div>
    <h3>{title}</h3>
    <pre>{printable(words)}</pre>
  </div>
);
