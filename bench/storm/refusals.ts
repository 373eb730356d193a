import type { LedgerEntry } from '../../packages/provider-sandbox/ledger.ts';

/** What a minute of provider time brought. */
export interface Minute {
  readonly minute: number;
  readonly calls: number;
  readonly refused: number;
}

const isRefused = ({ retryAfter }: LedgerEntry) => retryAfter !== undefined;

/** Calls and refusals by the minute since the first call. */
export function minutesOf(entries: readonly LedgerEntry[]): Minute[] {
  const begin = entries[0]?.at ?? 0;
  const minuteOf = ({ at }: LedgerEntry) => Math.floor((at - begin) / 60_000);
  const last = Math.max(0, ...entries.map(minuteOf));
  return Array.from({ length: last + 1 }, (_, minute) => {
    const calls = entries.filter((entry) => minuteOf(entry) === minute);
    return { minute: minute + 1, calls: calls.length, refused: calls.filter(isRefused).length };
  });
}

/** The share of refused calls after the first two minutes: so long it takes at least to hand over all tracks. */
export function refusedShare(minutes: readonly Minute[]): number {
  const later = minutes.slice(2);
  const sum = (pick: (minute: Minute) => number) => later.reduce((total, minute) => total + pick(minute), 0);
  return (
    sum(({ refused }) => refused) /
    Math.max(
      1,
      sum(({ calls }) => calls),
    )
  );
}

/** What a call is about: its repetition is about the same. */
const subjectOf = ({ call, taskId, audio, sessionId }: LedgerEntry) =>
  `${call} ${taskId ?? audio ?? sessionId ?? ''}`;

/**
 * Calls that were repeated before the wait was over that their refusal had asked for. Calls to prepare name nothing
 * that they are about: of `sessions` sessions, so many are first calls, and each one after them is taken for the
 * repetition of the refusal whose wait ends first.
 */
export function tooSoon(entries: readonly LedgerEntry[], sessions: number): LedgerEntry[] {
  const readyAt = new Map<string, number>();
  const waiting: number[] = [];
  let prepares = 0;
  return entries.filter((entry) => {
    const ready = entry.at + (entry.retryAfter ?? 0) * 1000;
    if (entry.call === 'prepare') {
      prepares++;
      const due = prepares > sessions ? waiting.sort((a, b) => a - b).shift() : undefined;
      if (isRefused(entry)) waiting.push(ready);
      return due !== undefined && entry.at < due;
    }
    const subject = subjectOf(entry);
    const due = readyAt.get(subject);
    if (isRefused(entry)) readyAt.set(subject, ready);
    else readyAt.delete(subject);
    return due !== undefined && entry.at < due;
  });
}
