import type { TimelineCall } from '../../../functions/shared/timeline.ts';

/** What is drawn of one row. */
export interface Bar {
  readonly look: 'done' | 'moving' | 'refused' | 'unseen' | 'turned' | 'lost';
  readonly from: number;
  readonly to: number;
}

export interface Bars {
  readonly bars: readonly Bar[];
  /** Moments of checks. */
  readonly checks: readonly number[];
  /** Where a call was throttled, or its answer lost. */
  readonly marks: readonly { readonly at: number; readonly sign: string }[];
}

const signs: { readonly [Answer in TimelineCall['answer']]?: string } = {
  throttled: '↻',
  unreachable: '↻',
  lost: '?',
};

/** Most calls of a row that are drawn: the last ones. */
const mostDrawn = 4;

/** The calls of a row, or of the session, as bars. @param end of the axis */
export function barsOf(calls: readonly TimelineCall[], end: number): Bars {
  const shown = calls.slice(-mostDrawn);
  const bars = shown.flatMap((call, index) => barsOfCall(call, shown[index + 1]?.at, end));
  const checks = shown.flatMap(({ checks: moments = [] }) => moments);
  const marks = shown.flatMap(({ at, answer }) => {
    const sign = signs[answer];
    return sign === undefined ? [] : [{ at, sign }];
  });
  return { bars, checks, marks };
}

function barsOfCall(call: TimelineCall, again: number | undefined, end: number): Bar[] {
  const { at, until = end, answer } = call;
  switch (answer) {
    case 'taken':
      return barsOfTask(call, again ?? end);
    case 'throttled':
    case 'unreachable':
      return [{ look: 'turned', from: at, to: Math.max(until, again ?? end) }];
    case 'lost':
      return [{ look: 'lost', from: at, to: Math.max(until, again ?? until) }];
    case 'pending':
      return [{ look: 'moving', from: at, to: until }];
    case 'refused':
      return [{ look: 'refused', from: at, to: until }];
    case 'not-sent':
      return [];
  }
}

function barsOfTask({ at, until = at, providerDoneAt, end: result }: TimelineCall, last: number): Bar[] {
  if (result === undefined) return [{ look: 'moving', from: until, to: last }];
  if (result.result === 'failed') return [{ look: 'refused', from: until, to: result.at }];
  const seen = Math.min(providerDoneAt ?? result.at, result.at);
  const done: Bar = { look: 'done', from: until, to: seen };
  return seen < result.at ? [done, { look: 'unseen', from: seen, to: result.at }] : [done];
}
