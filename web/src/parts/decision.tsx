import { useSignal } from '@preact/signals';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { type Choice, choicesOf, recommended } from '../words/choices.ts';
import { balanceSign } from '../words/money.ts';
import { useAct } from './act.ts';
import { Icon } from './icon.tsx';
import type { Whole } from './session-picture.tsx';

const icons = { 'check-again': 'retry', 'create-again': 'key', abandon: 'stop' } as const;

/** What each choice does, in both cases, before anything is chosen. */
export function Decision({ session, timeline, done }: Whole & { done(): void }) {
  const sign = balanceSign(timeline);
  return (
    <section class="block" aria-labelledby="choice">
      <h2 id="choice">Your choice</h2>
      <p class="mid">It is recorded with your name and the time.</p>
      {sign !== undefined && (
        <p class="note">
          <Icon name="key" />
          <span>
            <b>A sign, no proof.</b> {sign}
          </span>
        </p>
      )}
      <div class="three">
        {choicesOf(session).map((choice) => (
          <Card
            key={choice.choice}
            choice={choice}
            isFirst={choice.choice === recommended(session)}
            session={session}
            done={done}
          />
        ))}
      </div>
    </section>
  );
}

function Card({
  choice: { choice, title, price, does, cases, agree, button },
  isFirst,
  session: { sessionId },
  done,
}: {
  choice: Choice;
  isFirst: boolean;
  session: SessionPageAnswer;
  done(): void;
}) {
  const act = useAct();
  const agreed = useSignal(false);
  const go = async () => {
    if (await act.run({ method: 'POST', sessionId, part: '/decide', body: { choice } })) done();
  };
  return (
    <div class={`card opt ${isFirst ? 'first' : ''}`}>
      {isFirst && <span class="tag">Try this first</span>}
      <h3>{title}</h3>
      <p class="cost">{price}</p>
      <p class="what">{does}</p>
      {cases.length > 0 && (
        <dl>
          {cases.map(([condition, follows]) => (
            <div key={condition}>
              <dt>{condition}</dt>
              <dd>{follows}</dd>
            </div>
          ))}
        </dl>
      )}
      {act.problem.value !== '' && (
        <p class="note bad" role="alert">
          {act.problem.value}
        </p>
      )}
      {agree !== undefined && (
        <label class="tick">
          <input
            type="checkbox"
            checked={agreed.value}
            onChange={(event) => (agreed.value = event.currentTarget.checked)}
          />
          {agree}
        </label>
      )}
      <button
        type="button"
        class={`btn ${isFirst ? 'pri' : choice === 'abandon' ? 'bad' : ''}`}
        disabled={act.isUnderWay.value || (agree !== undefined && !agreed.value)}
        onClick={() => void go()}
      >
        <Icon name={icons[choice]} />
        {button}
      </button>
    </div>
  );
}
