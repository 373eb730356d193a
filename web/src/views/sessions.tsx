import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { statusWords } from '../../../functions/shared/status-words.ts';
import { Given } from '../parts/given.tsx';
import { Icon } from '../parts/icon.tsx';
import { lookOf } from '../parts/status-pill.tsx';
import { linkTo } from '../router.ts';
import { anyRuns, type SessionList, sessionList, type Wanted } from '../session-list.ts';
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

/** Seconds: the list names no pace of its own. */
const pace = { running: 5, atRest: 30 };
/** Milliseconds after the last key, before a text is looked for. */
const typingMs = 300;

/** Every session, live; those that need somebody come first. */
export function SessionsView() {
  const [load] = useState(sessionList);
  const wanted = useSignal<Wanted>({ group: undefined, kind: '', search: '', pages: 1 });
  const found = useLive<SessionList>(
    (by) => load(wanted.value, by),
    ({ sessions }) => (anyRuns(sessions) ? pace.running : pace.atRest),
  );
  const list = found.value.value;
  const lead = list === undefined ? '' : headline(list.all);
  useEffect(() => {
    document.title = `${lead || 'Sessions'} · Chirpsmith`;
  }, [lead]);
  if (list === undefined) {
    const refusal = found.refusal.value;
    return <p class="mid">{refusal?.message ?? 'The sessions are asked for …'}</p>;
  }
  if (groups.every((group) => list.all[group] === 0) && !list.hasMore) return <Empty />;
  const want = (change: Partial<Wanted>) => {
    wanted.value = { ...wanted.value, pages: 1, ...change };
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
      <List list={list} wanted={wanted.value} want={want} />
    </>
  );
}

function List({
  list: { sessions, counts, countedOf, hasMore },
  wanted: { group, kind, search, pages },
  want,
}: {
  list: SessionList;
  wanted: Wanted;
  want(change: Partial<Wanted>): void;
}) {
  const typed = useSignal(search);
  useEffect(() => {
    if (typed.value.trim() === search) return;
    const timer = setTimeout(() => want({ search: typed.value.trim() }), typingMs);
    return () => clearTimeout(timer);
  }, [typed.value]);
  const text = typed.value.trim().toLowerCase();
  // At once among those that are here; the server looks among all.
  const shown = sessions.filter(
    (session) =>
      (group === undefined || groupOf(session) === group) &&
      (kind === '' || session.kind === kind) &&
      (session.name.toLowerCase().includes(text) || session.sessionId.startsWith(text)),
  );
  const isFiltered = group !== undefined || kind !== '' || text !== '';
  return (
    <section class="card list" aria-label="All sessions">
      <div class="tools">
        {/* biome-ignore lint/a11y/useSemanticElements: these are no fields of a form. */}
        <span class="row wrap" role="group" aria-label="Show">
          <Chip
            words="All"
            count={groups.reduce((sum, one) => sum + counts[one], 0)}
            isOn={group === undefined}
            choose={() => want({ group: undefined })}
          />
          {groups.map((one) => (
            <Chip
              key={one}
              words={one === 'ended' ? 'Ended' : groupWords[one]}
              count={counts[one]}
              isOn={group === one}
              choose={() => want({ group: one })}
            />
          ))}
        </span>
        <label>
          <span class="vh">Kind</span>
          <select
            class="in small"
            value={kind}
            onChange={(event) => want({ kind: event.currentTarget.value })}
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
            maxLength={200}
            value={typed.value}
            onInput={(event) => (typed.value = event.currentTarget.value)}
          />
        </label>
      </div>
      <p role="status" class="vh">
        {isFiltered ? `${counted(shown.length, 'session')} shown` : ''}
      </p>
      {groups.map((one) => (
        <GroupRows key={one} group={one} sessions={shown.filter((session) => groupOf(session) === one)} />
      ))}
      {shown.length === 0 && <p class="more">No session matches. Try a shorter part of its name.</p>}
      {hasMore && (
        <div class="more">
          <button type="button" class="btn sm" onClick={() => want({ pages: pages + 1 })}>
            Look for older ones
          </button>
          {countedOf !== undefined && (
            <span>The numbers are of the {countedOf.toLocaleString('en')} newest sessions.</span>
          )}
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
          <Given text={name} />
        </a>
        <div class="s">
          {statusWords[status]} · {kindWords[kind]}
          <span class="sid"> · {shortId(sessionId)}</span>
        </div>
      </div>
      <div class="pg say">
        <Given text={listedWords(session)} />
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
