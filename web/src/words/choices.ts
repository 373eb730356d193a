import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';

type About = Pick<SessionPageAnswer, 'kind' | 'status' | 'actions'>;

/** What a person may decide where a call that costs was lost, or was paid and came to nothing. */
export interface Choice {
  readonly choice: 'check-again' | 'create-again' | 'abandon';
  readonly title: string;
  readonly price: string;
  readonly does: string;
  /** What follows, in each case. */
  readonly cases: readonly (readonly [condition: string, follows: string])[];
  /** What a person agrees to first; nothing where the choice costs nothing and is not for good. */
  readonly agree?: string;
  readonly button: string;
}

/** The choice that costs nothing and settles most; nothing where the provider cannot be asked. */
export function recommended({ kind, status, actions }: About): 'check-again' | undefined {
  // Of music the task was in the lost answer.
  return status === 'needs-decision' && actions.includes('decide') && kind !== 'music'
    ? 'check-again'
    : undefined;
}

/** The choices that a session has, the one to try first at the front. */
export function choicesOf(session: About): Choice[] {
  const { kind, status, actions } = session;
  const thing = kind === 'music' ? 'music' : 'training';
  const inDoubt = status === 'needs-decision';
  const taken = 'If the provider took the call';
  const not = 'If it did not';
  // A resume asks the provider as well.
  const canAsk = inDoubt ? recommended(session) !== undefined : !actions.includes('resume');
  const ask: Choice = {
    choice: 'check-again',
    title: 'Ask the provider once more',
    price: 'Costs nothing',
    does: `Chirpsmith asks what became of the ${thing}.`,
    cases: inDoubt
      ? [
          [taken, 'The training is found and followed to its end. You pay nothing more.'],
          [not, 'You are most likely back here, and nothing is spent.'],
        ]
      : [],
    button: 'Ask once more',
  };
  const again: Choice = {
    choice: 'create-again',
    title: `Call for the ${thing} again`,
    price: inDoubt ? 'The full price, perhaps for the second time' : 'The full price for the second time',
    does: inDoubt
      ? 'Safe when the provider did not charge it: look at the list of charges in your account on its website.'
      : `The provider is asked for the ${thing} once more.`,
    cases: inDoubt
      ? [
          [taken, 'You pay twice.'],
          [not, `You pay once, and the ${thing} goes on.`],
        ]
      : [],
    agree: inDoubt ? 'I know that it may be paid twice' : 'I know that it is paid twice',
    button: 'Call again',
  };
  const end: Choice = {
    choice: 'abandon',
    title: 'Give it up',
    price: 'Nothing more, for good',
    does: 'This session can never go on. Your files stay until you delete it.',
    cases: inDoubt
      ? [
          [taken, 'Its price is gone. The result may still appear at the provider, but not here.'],
          [not, `Nothing was paid for the ${thing}.`],
        ]
      : [],
    agree: 'I know that it is for good',
    button: 'Give up for good',
  };
  return [...(canAsk ? [ask] : []), again, end];
}
