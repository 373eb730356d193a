import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { takenWords } from '../../../functions/shared/timeline.ts';
import type { CallAnswer } from '../../../functions/shared/timeline-words.ts';
import { counted, printable } from './format.ts';

/** What went another way than planned, of the calls for files; nothing when none did. */
export function detoursOf({ rows }: Pick<TimelineAnswer, 'rows'>): string {
  const withAnswer = (...answers: readonly CallAnswer[]) =>
    rows.filter(({ calls }) => calls.some(({ answer }) => answers.includes(answer))).length;
  const [away, lost] = [withAnswer('throttled', 'unreachable'), withAnswer('lost')];
  const were = (count: number) => (count === 1 ? 'was' : 'were');
  return [
    ...(away === 0 ? [] : [`${counted(away, 'upload')} had to wait, and ${were(away)} sent again.`]),
    ...(lost === 0
      ? []
      : [`${lost === 1 ? 'The answer' : 'Answers'} to ${counted(lost, 'upload')} ${were(lost)} lost.`]),
  ].join(' ');
}

/** Letters of a reason that the first card has room for. */
const mostLetters = 90;

/** What files cost that the provider took and then refused, and why; nothing where there is none. */
export function refusedOf({ rows }: Pick<TimelineAnswer, 'rows'>): string {
  const refused = rows.flatMap(({ calls }) => {
    const last = calls.at(-1);
    return last?.end?.result === 'failed' ? [last] : [];
  });
  const [first] = refused;
  if (first === undefined) return '';
  const credits = refused.reduce((sum, call) => (call.charge === 'surely' ? sum + call.credits : sum), 0);
  const reasons = new Set(refused.map(({ end }) => end?.words));
  const words = printable(first.end?.words?.split('\n')[0] ?? '');
  const reason = words.length > mostLetters ? `${words.slice(0, mostLetters)}…` : words;
  const others = reasons.size > 1 ? ` And ${counted(reasons.size - 1, 'other reason')}.` : '';
  const cost = `${counted(refused.length, 'refused file')} cost ${counted(credits, 'credit')}`;
  return reason === '' ? `${cost}.` : `${cost}: “${reason}”${others}`;
}

/** What the balance before and after a create says whose answer was lost; nothing where it was not read twice. */
export function balanceSign({
  balances = [],
  work,
  rows,
  session: { kind },
}: TimelineAnswer): string | undefined {
  const create = work.findLast(
    ({ call, answer }) => (call === 'create' || call === 'generate') && answer !== 'taken',
  );
  if (create === undefined) return undefined;
  const before = balances.findLast(({ at }) => at <= create.at);
  const after = balances.findLast(({ at }) => at > create.at);
  if (before === undefined || after === undefined) return undefined;
  const between = rows.flatMap(({ calls }) => calls).filter(({ at }) => at >= before.at && at <= after.at);
  const sumOf = (charge: string) =>
    between.reduce((all, call) => (call.charge === charge ? all + call.credits : all), 0);
  const [surely, perhaps] = [sumOf('surely'), sumOf('perhaps')];
  const gone = before.credits - after.credits;
  const thing = kind === 'music' ? 'music' : 'training';
  const rest = gone - surely;
  const looks = rest >= create.credits ? 'paid' : rest - perhaps <= 0 ? 'not paid' : undefined;
  // A run that goes on has its uploads from the one before.
  const earlier = rows.length === 0 ? [] : ['Its uploads were paid before that.'];
  const uploads =
    between.length === 0
      ? earlier
      : [`The uploads of this run took ${takenWords({ surely, perhaps })} of them.`];
  return [
    `The account had ${counted(before.credits, 'credit')} when this run began, and ${after.credits.toLocaleString('en')} after the call: ${gone.toLocaleString('en')} less.`,
    ...uploads,
    ...(looks === undefined
      ? []
      : [`So the ${thing} was most likely ${looks}, unless others used the account meanwhile.`]),
  ].join(' ');
}

/** What is to come: credits, and what for; nothing where nothing can come any more. */
export function toComeOf(
  { status, actions }: Pick<SessionPageAnswer, 'status' | 'actions'>,
  { work, money }: Pick<TimelineAnswer, 'work' | 'money'>,
): { readonly credits: number; readonly words: string } | undefined {
  if (actions.includes('decide')) {
    const again = work.findLast(({ call }) => call === 'create' || call === 'generate');
    return { credits: again?.credits ?? 0, words: 'more, if you call again' };
  }
  const credits = money?.toCome ?? 0;
  const isOver = credits === 0 && ['ready', 'abandoned', 'deleting'].includes(status);
  return isOver ? undefined : { credits, words: 'to come, if it goes on' };
}

/** The last sentence of a recorded reason: it is the one for people. */
export const lastSentence = (reason: string): string =>
  printable(/[^.]+\.$/.exec(reason.trim())?.[0].trim() ?? reason);
