import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { SessionListAnswer } from '../../../functions/api/contract/session.ts';
import { statusWords } from '../../../functions/shared/status-words.ts';
import { type Answer, type Asking, ask } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
import { lookOf } from '../parts/status-pill.tsx';
import { linkTo } from '../router.ts';
import { age, counted, shortId } from '../words/format.ts';
import {
  type Group,
  groupOf,
  groups,
  groupWords,
  headline,
  kindWords,
  type Listed,
  listedWords,
} from '../words/groups.ts';
import { useLive } from './use-live.ts';

const pageSize = 100;
/** Seconds: the list names no pace of its own. */
const pace = { running: 5, atRest: 30 };

/** Every session, live; those that need somebody come first. */
export function SessionsView() {
  const pages = useSignal(1);
  const [load] = useState(pagesOf);
  const found = useLive<SessionListAnswer>(
    (by) => load(pages.value, by),
    ({ sessions }) =>
      sessions.some((session) => groupOf(session) === 'running') ? pace.running : pace.atRest,
  );
  const list = found.value.value;
  const lead = list === undefined ? '' : headline(countsOf(list.sessions));
  useEffect(() => {
    document.title = `${lead || 'Sessions'} · Chirpsmith`;
  }, [lead]);
  if (list === undefined) {
    const refusal = found.refusal.value;
    return <p class="mid">{refusal?.message ?? 'The sessions are asked for …'}</p>;
  }
  if (list.sessions.length === 0) return <Empty />;
  const more = () => {
    pages.value += 1;
    found.refresh();
  };
  return (
    <>
      <div class="top">
        <div class="grow">
          <h1>Sessions</h1>
          <p class="sum">{lead}</p>
        </div>
        <span class="live2">
          <span class="dot live" />
          Live
        </span>
      </div>
      <List sessions={list.sessions} hasMore={list.next !== undefined} more={more} />
    </>
  );
}

/** Milliseconds after which the older pages are asked for again; the newest is at each time. */
const olderFor = 60_000;

/** The first pages of the list, as one. What was asked for a moment ago is not asked for again but the newest page. */
function pagesOf(): (count: number, by: Asking) => Promise<Answer<SessionListAnswer>> {
  let older: { readonly at: number; readonly count: number; readonly list: SessionListAnswer } | undefined;
  return async (count, by) => {
    const isKnown = older !== undefined && older.count >= count && Date.now() - older.at < olderFor;
    const fresh = await loadPages(isKnown ? 1 : count, by);
    if (!isKnown || older === undefined) {
      older = { at: Date.now(), count, list: fresh.body };
      return fresh;
    }
    const seen = new Set(fresh.body.sessions.map(({ sessionId }) => sessionId));
    const rest = older.list.sessions.filter(({ sessionId }) => !seen.has(sessionId));
    // Of one page nothing is older: what is gone from it was deleted.
    const sessions = count === 1 ? fresh.body.sessions : [...fresh.body.sessions, ...rest];
    const { next } = count === 1 ? fresh.body : older.list;
    return { ...fresh, body: { sessions, ...(next === undefined ? {} : { next }) } };
  };
}

async function loadPages(count: number, by: Asking): Promise<Answer<SessionListAnswer>> {
  const sessions: Listed[] = [];
  let next: string | undefined;
  let retryAfter: number | undefined;
  for (let page = 0; page < count; page += 1) {
    const cursor: string = next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`;
    const answer = await ask<SessionListAnswer>('GET', `/sessions?limit=${pageSize}${cursor}`, by);
    sessions.push(...answer.body.sessions);
    next = answer.body.next;
    retryAfter = answer.retryAfter;
    if (next === undefined) break;
  }
  return { body: { sessions, ...(next === undefined ? {} : { next }) }, retryAfter };
}

function countsOf(sessions: readonly Listed[]): Record<Group, number> {
  const counts = { you: 0, running: 0, ready: 0, ended: 0 };
  for (const session of sessions) counts[groupOf(session)] += 1;
  return counts;
}

function List({ sessions, hasMore, more }: { sessions: readonly Listed[]; hasMore: boolean; more(): void }) {
  const group = useSignal<Group | undefined>(undefined);
  const kind = useSignal('');
  const wanted = useSignal('');
  const counts = countsOf(sessions);
  const text = wanted.value.trim().toLowerCase();
  const shown = sessions.filter(
    (session) =>
      (group.value === undefined || groupOf(session) === group.value) &&
      (kind.value === '' || session.kind === kind.value) &&
      (session.name.toLowerCase().includes(text) || session.sessionId.startsWith(text)),
  );
  const words = useComputed(() => `${group.value ?? 'all'} ${kind.value} ${wanted.value}`);
  return (
    <section class="card list" aria-label="All sessions">
      <div class="tools">
        {/* biome-ignore lint/a11y/useSemanticElements: these are no fields of a form. */}
        <span class="row wrap" role="group" aria-label="Show">
          <Chip
            words="All"
            count={sessions.length}
            isOn={group.value === undefined}
            choose={() => (group.value = undefined)}
          />
          {groups.map((one) => (
            <Chip
              key={one}
              words={one === 'ended' ? 'Ended' : groupWords[one]}
              count={counts[one]}
              isOn={group.value === one}
              choose={() => (group.value = one)}
            />
          ))}
        </span>
        <label>
          <span class="vh">Kind</span>
          <select
            class="in small"
            value={kind.value}
            onChange={(event) => (kind.value = event.currentTarget.value)}
          >
            <option value="">All kinds</option>
            <option value="train">Models</option>
            <option value="batch">Batches</option>
            <option value="music">Music</option>
          </select>
        </label>
        <label class="find">
          <span class="vh">Find by name or id</span>
          <input
            class="in small"
            type="search"
            placeholder="Find by name or id"
            value={wanted.value}
            onInput={(event) => (wanted.value = event.currentTarget.value)}
          />
        </label>
      </div>
      <p role="status" class="vh">
        {words.value === 'all  ' ? '' : `${counted(shown.length, 'session')} shown`}
      </p>
      {groups.map((one) => (
        <GroupRows key={one} group={one} sessions={shown.filter((session) => groupOf(session) === one)} />
      ))}
      {shown.length === 0 && <p class="more">No session matches. Try a shorter part of its name.</p>}
      {hasMore && (
        <div class="more">
          <button type="button" class="btn sm" onClick={more}>
            Show {pageSize} more
          </button>
          <span>Filters look among the {sessions.length} newest, which are shown.</span>
        </div>
      )}
    </section>
  );
}

function Chip({
  words,
  count,
  isOn,
  choose,
}: {
  words: string;
  count: number;
  isOn: boolean;
  choose(): void;
}) {
  return (
    <button type="button" class="chip" aria-pressed={isOn} onClick={choose}>
      {words} <b>{count.toLocaleString('en')}</b>
    </button>
  );
}

function GroupRows({ group, sessions }: { group: Group; sessions: readonly Listed[] }) {
  if (sessions.length === 0) return null;
  return (
    <>
      <div class="gh">
        <h2>{groupWords[group]}</h2>
        <span class="hint">{sessions.length.toLocaleString('en')}</span>
      </div>
      <ul>
        {sessions.map((session) => (
          <Row key={session.sessionId} session={session} />
        ))}
      </ul>
    </>
  );
}

const rowColour = { '': '', go: 'run', ok: 'ok', warn: 'act', bad: 'bad' } as const;

function Row({ session }: { session: Listed }) {
  const { sessionId, name, kind, status, createdAt, modelId } = session;
  const { colour, icon } = lookOf(status);
  return (
    <li class={`se ${rowColour[colour]}`}>
      <span class="i">
        <Icon name={icon} />
      </span>
      <div class="id">
        <a class="n" href={linkTo.session(sessionId)}>
          <bdi>{name}</bdi>
        </a>
        <div class="s">
          {statusWords[status]} · {kindWords[kind]}
          <span class="sid"> · {shortId(sessionId)}</span>
        </div>
      </div>
      <div class="pg say">
        <bdi>{listedWords(session)}</bdi>
        {modelId !== undefined && <div class="mono dim">{modelId}</div>}
      </div>
      <time class="ag" dateTime={createdAt} title={createdAt}>
        {age((Date.now() - Date.parse(createdAt)) / 1000)}
      </time>
    </li>
  );
}

function Empty() {
  return (
    <section class="card empty">
      <h1>Sessions</h1>
      <p class="sum">Train on 6 or more pieces of your own music, and get a model that plays like them.</p>
      <p class="mid">Nothing is paid before you have seen the price and agreed.</p>
      <a class="btn pri" href={linkTo.newModel}>
        <Icon name="plus" />
        New model
      </a>
    </section>
  );
}
