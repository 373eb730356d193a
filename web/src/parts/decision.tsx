import { useSignal } from '@preact/signals';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { balanceSign } from '../words/sentences.ts';
import { useAct } from './act.ts';
import { Icon, type IconName } from './icon.tsx';
import type { Whole } from './session-picture.tsx';

interface Choice {
  readonly choice: 'check-again' | 'create-again' | 'abandon';
  readonly title: string;
  readonly price: string;
  readonly does: string;
  readonly ifTaken: string;
  readonly ifNot: string;
  readonly button: string;
  readonly icon: IconName;
  readonly look: string;
}

/** What each choice does, in both cases, before anything is chosen. */
export function Decision({ session, timeline, done }: Whole & { done(): void }) {
  const sign = balanceSign(timeline);
  const inDoubt = session.status === 'needs-decision';
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
        {choicesOf(session).map((choice, index) => (
          <Card
            key={choice.choice}
            choice={choice}
            isFirst={index === 0 && inDoubt}
            session={session}
            done={done}
          />
        ))}
      </div>
    </section>
  );
}

function Card({
  choice: { choice, title, price, does, ifTaken, ifNot, button, icon, look },
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
  // What costs, or is for good, asks for a tick before its button works.
  const asksBack = choice !== 'check-again';
  const go = async () => {
    if (await act.run({ method: 'POST', sessionId, part: '/decide', body: { choice } })) done();
  };
  return (
    <div class={`card opt ${isFirst ? 'first' : ''}`}>
      {isFirst && <span class="tag">Try this first</span>}
      <h3>{title}</h3>
      <p class="cost">{price}</p>
      <p class="what">{does}</p>
      <dl>
        <dt>If it was taken</dt>
        <dd>{ifTaken}</dd>
        <dt>If it was not</dt>
        <dd>{ifNot}</dd>
      </dl>
      {act.problem.value !== '' && (
        <p class="note bad" role="alert">
          {act.problem.value}
        </p>
      )}
      {asksBack && (
        <label class="tick">
          <input
            type="checkbox"
            checked={agreed.value}
            onChange={(event) => (agreed.value = event.currentTarget.checked)}
          />
          {choice === 'abandon' ? 'I know that it is for good' : 'I know that it may be paid twice'}
        </label>
      )}
      <button
        type="button"
        class={`btn ${isFirst ? 'pri' : look}`}
        disabled={act.isUnderWay.value || (asksBack && !agreed.value)}
        onClick={() => void go()}
      >
        <Icon name={icon} />
        {button}
      </button>
    </div>
  );
}

function choicesOf({ kind }: SessionPageAnswer): Choice[] {
  const thing = kind === 'music' ? 'music' : 'training';
  return [
    {
      choice: 'check-again',
      title: 'Ask the provider once more',
      price: 'Costs nothing',
      does: `Chirpsmith asks whether there is a ${thing === 'music' ? 'piece of music' : thing}.`,
      ifTaken: 'It is found and followed to its end. You pay nothing more.',
      ifNot: 'You are most likely back here, and nothing is spent.',
      button: 'Ask once more',
      icon: 'retry',
      look: '',
    },
    {
      choice: 'create-again',
      title: `Call for the ${thing} again`,
      price: 'The full price, perhaps for the second time',
      does: 'Safe when the provider’s own list of charges shows none.',
      ifTaken: 'You pay twice.',
      ifNot: `You pay once, and the ${thing} goes on.`,
      button: 'Call again',
      icon: 'key',
      look: '',
    },
    {
      choice: 'abandon',
      title: 'Give it up',
      price: 'Nothing more, for good',
      does: 'This session can never go on. Your files stay until you delete it.',
      ifTaken: 'Its price is gone. The result may still appear at the provider, but not here.',
      ifNot: `Nothing was paid for the ${thing}.`,
      button: 'Give up for good',
      icon: 'stop',
      look: 'bad',
    },
  ];
}
