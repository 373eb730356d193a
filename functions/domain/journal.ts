import * as z from 'zod';
import type { ProviderError } from '../provider/provider.ts';
import { callAnswers, chargeState, listedCalls } from '../shared/timeline-words.ts';

/**
 * The journal of a session and of each of its tracks: what happened, and when. It is part of the record that it is about,
 * and written with it: an entry costs no write of its own, and cannot say other than the record. It is bounded; what no
 * longer fits stays counted.
 */

const moment = z.iso.datetime();
const count = z.number().int().nonnegative();

/** Checks of one call whose moments are kept: the last ones. */
export const mostChecks = 12;
/** Calls kept of one session, and of one track. */
export const mostCalls = 12;
/** Runs and turns kept of a session. */
export const mostTurns = 60;
/** Longest words of the provider's beside a call, in bytes of UTF-8: 100 tracks fit into one answer of a query (1 MB). */
export const longestWords = 160;

/** A call to the provider that may cost: written before it is made, and once more with what came of it. */
export const callSchema = z.object({
  /** Names the call within its journal. */
  id: z.string(),
  call: z.enum(listedCalls),
  at: moment,
  answer: z.enum(callAnswers),
  answeredAt: moment.optional(),
  /** The provider's own message, or what came in place of an answer. Holds no secret. */
  words: z.string().optional(),
  /** Moments of the checks on its task, in seconds after the call, by the clock: the last ones. */
  checks: z.array(z.number().nonnegative()).optional(),
  /** When its task began and ended, as the provider says it. */
  provider: z.object({ createdAt: moment, finishAt: moment }).optional(),
  /** What the task came to. */
  end: z.object({ at: moment, result: z.enum(['done', 'failed']), words: z.string().optional() }).optional(),
});

/** A run that began, or a new status. */
export const turnSchema = z.object({
  at: moment,
  status: z.string(),
  run: count,
  /** Who began this run: the subject of a token, `console`, `manifest` or `sweep`. Only where a run begins. */
  by: z.string().optional(),
});

/** Balances kept of a session: the last ones. */
const mostBalances = 6;

/** What the provider's account had left at a moment: a sign of what was taken, for others may be paid from it as well. */
const balanceSchema = z.object({ at: moment, credits: z.number() });

export const journalSchema = z.object({
  /** Oldest first. */
  calls: z.array(callSchema).default([]),
  turns: z.array(turnSchema).default([]),
  /** Read before a run sends anything, and once more where the answer to create was lost. Oldest first. */
  balances: z.array(balanceSchema).optional(),
  /** Calls that no longer fitted, by what they cost. */
  dropped: z.object({ surely: count, perhaps: count, not: count }).optional(),
});

export type JournalCall = z.infer<typeof callSchema>;
export type Turn = z.infer<typeof turnSchema>;
export type Journal = z.infer<typeof journalSchema>;

/** What is written when a call has come to something. */
export type CallNews = Partial<Omit<JournalCall, 'id' | 'call' | 'at'>>;

const empty: Journal = { calls: [], turns: [] };

/** Adds a call that is about to be made. */
export function withCall(
  journal: Journal | undefined = empty,
  { id, call, at }: Pick<JournalCall, 'call' | 'at'> & { readonly id?: string },
): Journal {
  const { calls, dropped } = journal;
  const before = calls.length + (dropped ? dropped.surely + dropped.perhaps + dropped.not : 0);
  const begun: JournalCall = { id: id ?? String(before + 1), call, at, answer: 'pending' };
  return bounded({ ...journal, calls: [...calls, begun] });
}

/**
 * Says what came of a call.
 * @param id of the call; the latest one unless given. Of a call that is not listed any more nothing is said.
 */
export function withNews(journal: Journal | undefined, news: CallNews, id?: string): Journal | undefined {
  if (journal === undefined) return undefined;
  const named = id ?? journal.calls.at(-1)?.id;
  const { words, end } = news;
  const short = {
    ...news,
    ...(words === undefined ? {} : { words: shortened(words) }),
    ...(end?.words === undefined ? {} : { end: { ...end, words: shortened(end.words) } }),
  };
  const given = Object.fromEntries(Object.entries(short).filter(([, value]) => value !== undefined));
  return { ...journal, calls: journal.calls.map((it) => (it.id === named ? { ...it, ...given } : it)) };
}

/** What is said of a call that was surely not taken. */
export const notTakenBy = ({ name }: Pick<ProviderError, 'name'>): 'throttled' | 'unreachable' | 'refused' =>
  name === 'ProviderThrottled' ? 'throttled' : name === 'ProviderUnreachable' ? 'unreachable' : 'refused';

/** Adds a run that began, or a turn of the status. */
export function withTurn(journal: Journal | undefined = empty, turn: Turn): Journal {
  const turns = [...journal.turns, turn];
  // The first one says who began it all.
  const kept = turns.length <= mostTurns ? turns : [...turns.slice(0, 1), ...turns.slice(1 - mostTurns)];
  return { ...journal, turns: kept };
}

/** Adds a balance that was read; without one, the journal as it is. */
export function withBalance(
  journal: Journal | undefined,
  credits: number | undefined,
  at: string,
): Journal | undefined {
  if (credits === undefined) return journal;
  const { balances = [], ...others } = journal ?? empty;
  return { ...others, balances: [...balances, { at, credits }].slice(-mostBalances) };
}

/** Leaves out what was surely not taken before anything else, the oldest first. */
function bounded(journal: Journal): Journal {
  const { calls, dropped = { surely: 0, perhaps: 0, not: 0 } } = journal;
  if (calls.length <= mostCalls) return journal;
  const charge = ({ call, answer }: JournalCall) => {
    const state = chargeState(call, answer);
    return state === 'free' ? 'not' : state;
  };
  const index = Math.max(
    0,
    calls.findIndex((it) => charge(it) === 'not'),
  );
  const [left] = calls.slice(index, index + 1);
  if (left === undefined) return journal;
  const counted = { ...dropped, [charge(left)]: dropped[charge(left)] + 1 };
  return bounded({ ...journal, calls: calls.toSpliced(index, 1), dropped: counted });
}

/** Cuts to {@link longestWords} bytes, never through a character. */
export function shortened(words: string): string {
  if (Buffer.byteLength(words) <= longestWords) return words;
  let kept = '';
  let bytes = Buffer.byteLength('…');
  for (const character of words) {
    bytes += Buffer.byteLength(character);
    if (bytes > longestWords) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Calls of a journal by what they cost: those that were dropped, too. */
export function chargesOf(journal: Journal | undefined): { surely: number; perhaps: number } {
  const { calls, dropped } = journal ?? empty;
  const many = (state: 'surely' | 'perhaps') =>
    calls.filter(({ call, answer }) => chargeState(call, answer) === state).length + (dropped?.[state] ?? 0);
  return { surely: many('surely'), perhaps: many('perhaps') };
}
