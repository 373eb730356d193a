import {
  answerTitle,
  type CallAnswer,
  type ChargeState,
  callTitle,
  chargeWords,
  type ListedCall,
} from './timeline-words.ts';

/**
 * What can be read off a session's timeline: the ledger, idle time, where the time went. Pure, so that the command line, the
 * page and the report say the same. All times are seconds since the session was created.
 */

export interface TimelineCall {
  readonly call: ListedCall;
  /** When it was begun, and when its answer came, or was given up. */
  readonly at: number;
  readonly until?: number | undefined;
  readonly answer: CallAnswer;
  readonly charge: ChargeState;
  /** Credits that it costs when it is taken. */
  readonly credits: number;
  readonly words?: string | undefined;
  readonly checks?: readonly number[] | undefined;
  /** When the provider was done with its task, as far as its own clock tells. */
  readonly providerDoneAt?: number | undefined;
  readonly end?:
    | { readonly at: number; readonly result: 'done' | 'failed'; readonly words?: string | undefined }
    | undefined;
}

export interface TimelineRow {
  readonly trackId: string;
  readonly file: string;
  readonly status: string;
  readonly calls: readonly TimelineCall[];
  /** When the next check is due. */
  readonly next?: number | undefined;
}

export interface TimelineTurn {
  readonly at: number;
  readonly status: string;
  readonly run: number;
}

export interface TimelineFacts {
  readonly now: number;
  /** The session's own calls. */
  readonly work: readonly TimelineCall[];
  readonly rows: readonly TimelineRow[];
  readonly turns: readonly TimelineTurn[];
}

/** A line of the ledger. */
export interface LedgerLine {
  /** Names it within the ledger. */
  readonly id: string;
  readonly at: number;
  readonly title: string;
  readonly credits: number;
  readonly charge: ChargeState;
  readonly answer: string;
  readonly call: TimelineCall;
  readonly file?: string;
}

export interface Ledger {
  /** What is out of the ordinary, and the calls of the session itself; oldest first. */
  readonly lines: readonly LedgerLine[];
  /** Uploads that were taken and came to no harm; oldest first. */
  readonly plain: readonly LedgerLine[];
}

/** A line for each call that may cost. */
export function ledgerOf({ work, rows }: Pick<TimelineFacts, 'work' | 'rows'>): Ledger {
  const own = work.map((call, index) => lineOf(call, `${index}`));
  const uploads = rows.flatMap(({ trackId, file, calls }) =>
    calls.map((call, index) => lineOf(call, `${trackId}-${index}`, file)),
  );
  const all = [...own, ...uploads].sort((one, other) => one.at - other.at);
  const isPlain = ({ call: { call, charge, end } }: LedgerLine) =>
    call === 'upload' && charge === 'surely' && end?.result !== 'failed';
  return { lines: all.filter((line) => !isPlain(line)), plain: all.filter(isPlain) };
}

function lineOf(call: TimelineCall, id: string, file?: string): LedgerLine {
  const about = { ...call, file, result: call.end?.result };
  return {
    id,
    at: call.at,
    title: callTitle(about),
    credits: call.charge === 'not' || call.charge === 'free' ? 0 : call.credits,
    charge: call.charge,
    answer: answerTitle(about),
    call,
    ...(file !== undefined && { file }),
  };
}

const sum = (lines: readonly LedgerLine[]) => lines.reduce((all, { credits }) => all + credits, 0);

/** `21 more uploads, each accepted: 21 credits`; nothing where there is none. @param isRest others are listed one by one */
export function plainWords({ plain, lines }: Ledger): string | undefined {
  if (plain.length === 0) return undefined;
  const count = plain.length.toLocaleString('en');
  const more = lines.some(({ call }) => call.call === 'upload') ? ' more' : '';
  const what = `${count}${more} ${plain.length === 1 ? 'upload' : 'uploads'}`;
  return `${what}, ${plain.length === 1 ? '' : 'each '}accepted: ${creditWords(sum(plain))}`;
}

/** `1 credit`, `21 credits` */
export const creditWords = (credits: number): string =>
  `${credits.toLocaleString('en')} ${credits === 1 ? 'credit' : 'credits'}`;

/** `1 credit perhaps taken`, `not taken`, `costs nothing` */
export const lineCharge = ({ charge, credits }: Pick<LedgerLine, 'charge' | 'credits'>): string =>
  charge === 'surely' || charge === 'perhaps'
    ? `${creditWords(credits)} ${chargeWords[charge]}`
    : chargeWords[charge];

/** `22 credits`, `22 credits surely, 1 perhaps`: what a session has cost. */
export function takenWords({ surely, perhaps }: { surely: number; perhaps: number }): string {
  if (perhaps === 0) return creditWords(surely);
  return `${creditWords(surely)} surely, ${perhaps.toLocaleString('en')} perhaps`;
}

/** A stretch of time, and why nothing went on in it. */
export interface Idle {
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** Seconds from which a stretch in which nothing goes on counts as idle. */
const shortestIdle = 20;

const atRest: Readonly<Record<string, string>> = {
  open: 'files on their way, or not started',
  review: 'waited for the approval',
  'needs-decision': 'waited for a decision',
  ready: 'ready',
};

/** What goes on at the provider, or is about to: a call that was throttled is made again. */
function busyStretches({ rows, work, now }: TimelineFacts): { from: number; to: number }[] {
  return [...rows.map(({ calls }) => calls), work].flatMap((calls) =>
    calls.map(({ call, at, until, answer, end }, index) => {
      const again = calls[index + 1]?.at;
      const answered = until ?? now;
      // It begins no task.
      if (call === 'prepare' && answer === 'taken') return { from: at, to: answered };
      const isAgain = again !== undefined && answer !== 'taken' && again - answered < 120;
      return { from: at, to: answer === 'taken' ? (end?.at ?? again ?? now) : isAgain ? again : answered };
    }),
  );
}

/** Stretches of over 20 seconds in which no track was at the provider and no call was due. */
export function idleStretches(facts: TimelineFacts): Idle[] {
  const { turns } = facts;
  const idle: Idle[] = [];
  let reached = 0;
  const busy = busyStretches(facts).sort((one, other) => one.from - other.from);
  for (const { from, to } of [...busy, { from: endOf(facts), to: endOf(facts) }]) {
    if (from - reached > shortestIdle) {
      const middle = (from + reached) / 2;
      const status = turns.findLast(({ at }) => at <= middle)?.status ?? 'open';
      idle.push({ from: reached, to: from, why: atRest[status] ?? 'nothing was at the provider' });
    }
    reached = Math.max(reached, to);
  }
  return idle;
}

const underWay = new Set(['preparing', 'uploading', 'creating', 'training', 'generating', 'copying']);

/** Where the timeline ends: now while something goes on, else at what happened last. */
export function endOf({ now, rows, work, turns }: TimelineFacts): number {
  const status = turns.at(-1)?.status ?? 'open';
  if (underWay.has(status)) return now;
  const moments = [...rows.flatMap(({ calls }) => calls), ...work].map(
    ({ at, until = at, end }) => end?.at ?? until,
  );
  return Math.max(1, ...turns.map(({ at }) => at), ...moments.map((at) => Math.min(at, now)));
}

/** Seconds of one track, on average over those that are done. */
export interface TimeWent {
  readonly tracks: number;
  /** From the start of its run until it was sent. */
  readonly waiting: number;
  /** The provider's work, by its own clock. */
  readonly provider: number;
  /** Until a check found that it was done. */
  readonly unseen: number;
  /** From being throttled until it was sent again. */
  readonly throttled: number;
}

export function timeWent({ rows, turns }: Pick<TimelineFacts, 'rows' | 'turns'>): TimeWent | undefined {
  const runs = turns.filter(({ status }) => status === 'preparing');
  const done = rows.flatMap(({ calls }) => {
    const last = calls.at(-1);
    const [first] = calls;
    const { end } = last ?? {};
    if (first === undefined || last === undefined || end?.result !== 'done') return [];
    const began = runs.findLast(({ at }) => at <= first.at)?.at ?? first.at;
    const sent = last.until ?? last.at;
    const finished = last.providerDoneAt ?? end.at;
    const away = calls.reduce((all, { at, answer }, index) => {
      const again = calls[index + 1]?.at;
      const isAway = (answer === 'throttled' || answer === 'unreachable') && again !== undefined;
      return isAway ? all + again - at : all;
    }, 0);
    return [
      { waiting: first.at - began, provider: finished - sent, unseen: end.at - finished, throttled: away },
    ];
  });
  if (done.length === 0) return undefined;
  const mean = (name: 'waiting' | 'provider' | 'unseen' | 'throttled') =>
    done.reduce((all, one) => all + one[name], 0) / done.length;
  return {
    tracks: done.length,
    waiting: mean('waiting'),
    provider: mean('provider'),
    unseen: mean('unseen'),
    throttled: mean('throttled'),
  };
}

/** Seconds of the training by the provider's clock, or by ours where it has none; nothing while it is not done. */
export function trainingTook({ work }: Pick<TimelineFacts, 'work'>): number | undefined {
  const done = work.findLast(({ call, end }) => call === 'create' && end?.result === 'done');
  if (done?.end === undefined) return undefined;
  return (done.providerDoneAt ?? done.end.at) - (done.until ?? done.at);
}

/** `0:41`, `1:02:07` of seconds. */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (part: number) => String(part).padStart(2, '0');
  const rest = `${Math.floor((whole % 3600) / 60)}:${two(whole % 60)}`;
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest.padStart(5, '0')}`;
}

const times = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

/** The way of one file in words: for a screen reader, and for a terminal. @param start of its run */
export function rowStory({ calls, next }: TimelineRow, start: number, now: number): string {
  const last = calls.at(-1);
  if (last === undefined) return 'not sent yet';
  const many = (...answers: CallAnswer[]) => calls.filter(({ answer }) => answers.includes(answer)).length;
  const away = many('throttled', 'unreachable');
  const lost = many('lost');
  const checks = last.checks?.length ?? 0;
  const parts = [
    `sent ${clockOf(last.at - start)} after the start`,
    ...(checks > 0 ? [`${checks} ${checks === 1 ? 'check' : 'checks'}`] : []),
    ...(last.end === undefined
      ? []
      : [`${last.end.result === 'done' ? 'ready' : 'failed'} at ${clockOf(last.end.at - start)}`]),
    ...(next === undefined ? [] : [`next check in ${Math.max(0, Math.round(next - now))} s`]),
    ...(away > 0 ? [`asked to wait ${times(away)}`] : []),
    ...(lost > 0 ? [`answer lost ${times(lost)}`] : []),
  ];
  return parts.join(', ');
}
