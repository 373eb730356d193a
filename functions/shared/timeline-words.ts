/**
 * The words for what happened to a session. The command line, the page and the report take them from here, so that they
 * say the same.
 */

/** Calls to the provider that are listed; checks cost nothing, and are counted only. */
export const listedCalls = ['prepare', 'upload', 'create', 'generate'] as const;

export type ListedCall = (typeof listedCalls)[number];

/** What came of a call. */
export const callAnswers = [
  /** None yet; or the function that made the call was cut off. */
  'pending',
  'taken',
  /** 429: surely not taken. */
  'throttled',
  /** No connection: surely not taken. */
  'unreachable',
  /** Surely not taken, with the provider's reason. */
  'refused',
  /** Taken or not: nobody knows. */
  'lost',
  /** One of ours: the call never left. */
  'not-sent',
] as const;

export type CallAnswer = (typeof callAnswers)[number];

/** Were the credits of a call taken? */
export const chargeStates = ['surely', 'perhaps', 'not', 'free'] as const;

export type ChargeState = (typeof chargeStates)[number];

const chargeOf: Readonly<Record<CallAnswer, ChargeState>> = {
  pending: 'perhaps',
  taken: 'surely',
  throttled: 'not',
  unreachable: 'not',
  refused: 'not',
  lost: 'perhaps',
  'not-sent': 'not',
};

/** To prepare a session costs nothing (documented). */
export const chargeState = (call: ListedCall, answer: CallAnswer): ChargeState =>
  call === 'prepare' ? 'free' : chargeOf[answer];

export const chargeWords: Readonly<Record<ChargeState, string>> = {
  surely: 'surely taken',
  perhaps: 'perhaps taken',
  not: 'not taken',
  free: 'costs nothing',
};

/** The call, by what it asks for. */
export const callWords: Readonly<Record<ListedCall, string>> = {
  prepare: 'Prepare session',
  upload: 'Upload',
  create: 'Create model',
  generate: 'Make music',
};

export const answerWords: Readonly<Record<CallAnswer, string>> = {
  pending: 'no answer yet',
  taken: 'accepted',
  throttled: 'asked to wait',
  unreachable: 'no connection',
  refused: 'refused',
  lost: 'answer lost',
  'not-sent': 'not sent',
};

/** What is known of a call, for its words. */
export interface CallLine {
  readonly call: ListedCall;
  readonly answer: CallAnswer;
  readonly file?: string | undefined;
  /** What the task that it started came to. */
  readonly result?: 'done' | 'failed' | undefined;
}

/** `Upload 08 Motion.mp3` */
export const callTitle = ({ call, file }: CallLine): string =>
  file === undefined ? callWords[call] : `${callWords[call]} ${file}`;

/** `accepted`, `refused later`, `answer lost` */
export const answerTitle = ({ answer, result }: CallLine): string =>
  answer === 'taken' && result === 'failed' ? 'refused later' : answerWords[answer];

const upload =
  'An upload is cheap, so it is sent once more; a second lost answer gives the track up in that run.';
const create = 'It is never sent again by itself: the status at the provider, or a person, settles it.';

/** What the answer means for the money, and what follows. */
export function meaningOf({ call, answer, result }: CallLine): string {
  switch (answer) {
    case 'taken':
      if (call === 'prepare')
        return 'An account at the provider was bound to this session. It costs nothing.';
      return result === 'failed'
        ? 'The provider took it, and ended it without a result. Whether it gives the credits back is not documented, so they count as taken.'
        : 'The provider took it, and its credits.';
    case 'throttled':
      return 'The provider took nothing and asked to wait. The call is sent again after that wait.';
    case 'unreachable':
      return 'There was no connection, so nothing was taken. It is sent again.';
    case 'refused':
      return 'The provider refused the call, and took nothing.';
    case 'not-sent':
      return 'The call never left, so nothing was taken.';
    case 'pending':
    case 'lost':
      return `Nobody can say whether the provider took this call, so its credits count as perhaps taken. ${call === 'upload' ? upload : create}`;
  }
}

/** What happened to the session beside its calls. */
export const turnKinds = ['created', 'run', 'status', 'approved', 'decided', 'failed'] as const;

export type TurnKind = (typeof turnKinds)[number];
