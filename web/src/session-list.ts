import type { SessionListAnswer } from '../../functions/api/contract/session.ts';
import { type Answer, type Asking, ask } from './api.ts';
import { type Group, groupOf, groups, type Listed, statusesOf } from './words/groups.ts';

/** Sessions that one request asks for. */
export const pageSize = 100;
/** Milliseconds after which what is at rest is asked for again, where its numbers stay the same. */
const restFor = 60_000;

/** What the list shows. */
export interface Wanted {
  readonly group: Group | undefined;
  /** None is all. */
  readonly kind: string;
  readonly search: string;
  readonly pages: number;
}

export type Counts = Readonly<Record<Group, number>>;

export interface SessionList {
  readonly sessions: readonly Listed[];
  /** Of the kind and the name, whatever group is shown. */
  readonly counts: Counts;
  /** Of all, as they were counted last. */
  readonly all: Counts;
  /** Records that the server read to count them, where there are older ones. */
  readonly countedOf: number | undefined;
  readonly hasMore: boolean;
}

type Part = Pick<SessionListAnswer, 'counts' | 'counted' | 'next'> & { readonly sessions: readonly Listed[] };

const moving: readonly Group[] = ['you', 'running'];

/**
 * Loads the list as the server filters it. What needs a person or runs is asked for each time, however old it is; what is at
 * rest only when its numbers have changed, or a minute has passed.
 */
export function sessionList(): (wanted: Wanted, by: Asking) => Promise<Answer<SessionList>> {
  let all: Counts | undefined;
  let rest: { readonly key: string; readonly at: number; readonly part: Part } | undefined;
  return async ({ group, kind, search, pages }, by) => {
    const shown = group === undefined ? groups : [group];
    const filter = { ...(kind === '' ? {} : { kind }), ...(search === '' ? {} : { search }) };
    const statuses = (isMoving: boolean) =>
      shown.filter((one) => moving.includes(one) === isMoving).flatMap(statusesOf);
    const load = async (isMoving: boolean, counts: boolean): Promise<Answer<Part>> => {
      const status = statuses(isMoving).join(',');
      if (status === '') return { body: { sessions: [] }, retryAfter: undefined };
      return loadPages(pages, { ...filter, status, ...(counts ? { counts: 'true' } : {}) }, by);
    };
    const first = await load(true, true);
    const key = JSON.stringify([group, filter, pages, first.body.counts]);
    if (rest?.key !== key || Date.now() - rest.at > restFor || first.body.counts === undefined) {
      const { body } = await load(false, first.body.counts === undefined);
      rest = { key, at: Date.now(), part: body };
    }
    const parts = [first.body, rest.part];
    const { counts: byStatus = {}, counted } = parts.find(({ counts }) => counts !== undefined) ?? {};
    const counts = countsOf(byStatus);
    if (kind === '' && search === '') all = counts;
    return {
      retryAfter: first.retryAfter,
      body: {
        sessions: parts.flatMap(({ sessions }) => sessions),
        counts,
        all: all ?? counts,
        countedOf: counted === undefined || counted.whole ? undefined : counted.read,
        hasMore: parts.some(({ next }) => next !== undefined),
      },
    };
  };
}

async function loadPages(
  pages: number,
  query: Readonly<Record<string, string>>,
  by: Asking,
): Promise<Answer<Part>> {
  const asked = (parameters: Readonly<Record<string, string>>) => {
    const text = new URLSearchParams({ limit: `${pageSize}`, ...parameters });
    return ask<SessionListAnswer>('GET', `/sessions?${text}`, by);
  };
  const { counts: _, ...uncounted } = query;
  const { body, retryAfter } = await asked(query);
  const sessions: Listed[] = [...body.sessions];
  let { next } = body;
  for (let page = 1; page < pages && next !== undefined; page += 1) {
    const later: Answer<SessionListAnswer> = await asked({ ...uncounted, cursor: next });
    sessions.push(...later.body.sessions);
    next = later.body.next;
  }
  return { body: { ...body, sessions, next }, retryAfter };
}

function countsOf(byStatus: NonNullable<SessionListAnswer['counts']>): Counts {
  const counts = { you: 0, running: 0, ready: 0, ended: 0 };
  for (const group of groups) {
    for (const status of statusesOf(group)) counts[group] += byStatus[status] ?? 0;
  }
  return counts;
}

/** Does one of them go on by itself? */
export const anyRuns = (sessions: readonly Listed[]): boolean =>
  sessions.some((session) => groupOf(session) === 'running');
