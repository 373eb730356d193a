import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { trackWords } from '../../../functions/shared/status-words.ts';
import { endOf, idleStretches, rowStory } from '../../../functions/shared/timeline.ts';
import { type Axis, axisOf, idleShare, ticksOf } from '../timeline/axis.ts';
import { clock, duration, printable } from '../words/format.ts';
import { cutInTheMiddle, waitingWords } from '../words/rows.ts';
import { type Place, placeOf, places, placeWords, type Tally } from '../words/tally.ts';
import { AxisLine, Way } from './bar.tsx';
import { Details } from './file-details.tsx';
import { Given } from './given.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Legend } from './legend.tsx';
import { moveAmong } from './roving.ts';
import { isSmall } from './small-screen.ts';
import { WorkRows } from './work-rows.tsx';

type Track = SessionPageAnswer['tracks'][number];
type TimelineRow = TimelineAnswer['rows'][number];

/** What rows need of the timeline. */
interface Drawn {
  readonly axis: Axis;
  readonly rows: ReadonlyMap<string, TimelineRow>;
  /** When the latest run began. */
  readonly start: number;
  readonly now: number;
  /** Where bars end. */
  readonly end: number;
  /** What is said of a file that was not sent yet. */
  readonly waits: string;
}

const noRow = { calls: [], next: undefined } as const;

/** From so many rows on, only those in sight are drawn. */
const mostDrawn = 60;
const rowHeight = { wide: 28, small: 52 };
/** Whole rows fit into the box. */
const rowsInSight = { wide: 18, small: 10 };
/** Rows drawn above and below those in sight. */
const spare = 8;
/** Rows that are scrolled by before others are drawn. */
const stride = 4;

/** A row for each file: its way on one axis of time, how often it was sent, and what is wrong with it. */
export function Files({
  session,
  timeline,
  tally,
  isWhole,
  replace,
}: {
  session: SessionPageAnswer;
  timeline: TimelineAnswer;
  tally: Tally;
  /** Every row is drawn, however many there are: to be printed. */
  isWhole: boolean;
  /** What replaces a refused file, where that can be done here. */
  replace: ((track: Track, close: () => void) => ComponentChildren) | undefined;
}) {
  const place = useSignal<Place | undefined>(undefined);
  const wanted = useSignal('');
  const opened = useSignal<string | undefined>(undefined);
  const shortens = useSignal(true);
  const byClock = useSignal(false);
  const { tracks, createdAt } = session;
  const { turns, now } = timeline;
  const text = wanted.value.trim().toLowerCase();
  const shown = tracks.filter(
    (track) =>
      (place.value === undefined || placeOf(track) === place.value) &&
      track.file.toLowerCase().includes(text),
  );
  const end = endOf(timeline);
  const idle = idleStretches(timeline);
  const share = isSmall.value ? idleShare.small : idleShare.wide;
  const axis = axisOf(endOfAxis(timeline, end), idle, shortens.value ? share : undefined);
  const start = turns.find(({ status }) => status === 'preparing')?.at ?? 0;
  const rows = new Map(timeline.rows.map((row) => [row.trackId, row]));
  const drawn = { axis, rows, start, now, end, waits: waitingWords(session) };
  const ticks = ticksOf(axis, {
    start,
    many: isSmall.value ? 4 : 9,
    clock: byClock.value ? (at) => clock(createdAt, at).slice(-8) : undefined,
  });
  const isMoving = end === now;
  const open = (trackId: string) => {
    opened.value = trackId;
  };
  const track = tracks.find(({ trackId }) => trackId === opened.value);
  return (
    <section class="card" aria-labelledby="files">
      <div class="head">
        <h2 id="files">Timeline</h2>
        {!byClock.value && <span class="hint">Minutes and seconds after the start</span>}
        <span class="end row wrap no-print">
          {idle.length > 0 && (
            <label class="row">
              <input
                type="checkbox"
                checked={shortens.value}
                onChange={() => (shortens.value = !shortens.value)}
              />{' '}
              Shorten idle time
            </label>
          )}
          {/* biome-ignore lint/a11y/useSemanticElements: these are no fields of a form. */}
          <span class="seg" role="group" aria-label="Axis of time">
            <button type="button" aria-pressed={!byClock.value} onClick={() => (byClock.value = false)}>
              Elapsed
            </button>
            <button type="button" aria-pressed={byClock.value} onClick={() => (byClock.value = true)}>
              Clock, UTC
            </button>
          </span>
        </span>
      </div>
      {tracks.length > 0 && (
        <div class="tools">
          {/* biome-ignore lint/a11y/useSemanticElements: these are no fields of a form. */}
          <span class="row wrap" role="group" aria-label="Show">
            <button
              type="button"
              class="chip"
              aria-pressed={place.value === undefined}
              onClick={() => (place.value = undefined)}
            >
              All <b>{tracks.length.toLocaleString('en')}</b>
            </button>
            {places
              .filter((one) => tally[one] > 0)
              .map((one) => (
                <button
                  type="button"
                  class="chip"
                  key={one}
                  aria-pressed={place.value === one}
                  onClick={() => (place.value = one)}
                >
                  <span class="cap">{placeWords[one]}</span> <b>{tally[one].toLocaleString('en')}</b>
                </button>
              ))}
          </span>
          <label class="find">
            <span class="vh">Find a file</span>
            <input
              class="in small"
              type="search"
              placeholder="Find a file"
              value={wanted.value}
              onInput={(event) => (wanted.value = event.currentTarget.value)}
            />
          </label>
        </div>
      )}
      <div class="file head-row">
        <span />
        <AxisLine ticks={ticks} now={isMoving ? axis.place(now) : undefined} />
        <span />
      </div>
      {tracks.length === 0 ? null : shown.length === 0 ? (
        <p class="hint none">No file matches. Try a shorter part of its name.</p>
      ) : shown.length > mostDrawn && !isWhole ? (
        <Window tracks={shown} drawn={drawn} open={open} />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a list with one tab stop for all rows.
        <div class="files" role="list" onKeyDown={moveAmong}>
          {shown.map((one, index) => (
            <Row key={one.trackId} track={one} drawn={drawn} isFirst={index === 0} open={open} />
          ))}
        </div>
      )}
      {track !== undefined && (
        <Details
          track={track}
          tracks={tracks}
          session={session}
          story={rowStory({ ...noRow, ...track, ...rows.get(track.trackId) }, start, now)}
          replace={replace}
          close={() => (opened.value = undefined)}
        />
      )}
      <WorkRows timeline={timeline} axis={axis} end={end} />
      <Legend timeline={timeline} end={end} />
    </section>
  );
}

/** Rows that were made: the same one is not compared again while one scrolls. */
interface Made {
  readonly drawn: Drawn;
  readonly tracks: readonly Track[];
  readonly height: number;
  readonly rows: Map<number, VNode>;
}

/** Rows of a fixed height, of which only those in sight are there. */
function Window({
  tracks,
  drawn,
  open,
}: {
  tracks: readonly Track[];
  drawn: Drawn;
  open(trackId: string): void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const size = isSmall.value ? 'small' : 'wide';
  const [height, inSight] = [rowHeight[size], rowsInSight[size]];
  // It opens at the rows that move.
  const moving = useMemo(
    () => Math.max(0, tracks.findIndex((track) => placeOf(track) === 'provider') - 2),
    [],
  );
  const stridden = useSignal(Math.floor(moving / stride));
  const firstInSight = useSignal(moving);
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = moving * height;
  }, []);
  const made = useRef<Made | undefined>(undefined);
  const top = stridden.value * stride;
  const first = Math.max(0, Math.min(top, tracks.length) - spare);
  const last = Math.min(tracks.length, top + stride + inSight + spare);
  if (made.current?.drawn !== drawn || made.current.tracks !== tracks || made.current.height !== height) {
    made.current = { drawn, tracks, height, rows: new Map() };
  }
  const { rows } = made.current;
  const rowOf = (track: Track, index: number) => {
    const isFirst = index === first;
    const known = isFirst ? undefined : rows.get(index);
    if (known !== undefined) return known;
    const at = { index, count: tracks.length, top: index * height };
    const row = <Row key={track.trackId} track={track} drawn={drawn} isFirst={isFirst} open={open} at={at} />;
    if (!isFirst) rows.set(index, row);
    return row;
  };
  return (
    <>
      <Where first={firstInSight} count={tracks.length} />
      <div
        class="files window"
        ref={box}
        style={{ height: `${height * inSight}px` }}
        onScroll={() => {
          firstInSight.value = Math.round((box.current?.scrollTop ?? 0) / height);
          stridden.value = Math.floor((box.current?.scrollTop ?? 0) / height / stride);
        }}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: a list with one tab stop for all rows. */}
        <div role="list" onKeyDown={moveAmong} style={{ height: `${tracks.length * height}px` }}>
          {tracks.slice(first, last).map((track, index) => rowOf(track, first + index))}
        </div>
      </div>
    </>
  );
}

/** Where one is among many rows; drawn apart, so that the rows are not. */
const Where = ({ first, count }: { first: Signal<number>; count: number }) => (
  <p class="hint where">
    From row {Math.min(first.value + 1, count).toLocaleString('en')} of {count.toLocaleString('en')}
  </p>
);

const icons: Readonly<Record<Place, IconName>> = {
  done: 'check',
  provider: 'up',
  waiting: 'clock',
  refused: 'x',
  copy: 'copy',
};

function Row({
  track,
  drawn,
  isFirst,
  open,
  at,
}: {
  track: Track;
  drawn: Drawn;
  isFirst: boolean;
  open(trackId: string): void;
  at?: { readonly index: number; readonly count: number; readonly top: number };
}) {
  const place = placeOf(track);
  const bad = place === 'refused';
  const { axis, rows, start, now, end } = drawn;
  const row = rows.get(track.trackId) ?? { ...noRow, ...track };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an item of the list above.
    <div
      role="listitem"
      aria-posinset={at && at.index + 1}
      aria-setsize={at?.count}
      class={`file ${place}`}
      style={at && { transform: `translateY(${at.top}px)` }}
    >
      <button
        type="button"
        class="open"
        data-item
        tabIndex={isFirst ? 0 : -1}
        title={printable(track.file)}
        aria-description={rowStory(row, start, now)}
        onClick={() => open(track.trackId)}
      >
        <Icon name={icons[place]} size={14} />
        <Name file={track.file} />
      </button>
      <Way calls={row.calls} axis={axis} end={end} next={row.next} />
      <span class="says">
        {bad && track.failure !== undefined ? (
          <Reason track={track} reason={track.failure.reason} />
        ) : (
          shortStory(track, row, drawn)
        )}
      </span>
    </div>
  );
}

/** The name of a file: of a long one, the end stays where there is no room; a screen reader reads it whole. */
function Name({ file }: { file: string }) {
  const [start, end] = cutInTheMiddle(file);
  if (end === undefined) return <Given text={file} />;
  return (
    <>
      <span class="vh">
        <Given text={file} />
      </span>
      <span class="cut" aria-hidden="true">
        <Given text={start} />
        <Given text={end} />
      </span>
    </>
  );
}

/** The provider's words are quoted; what Chirpsmith found in the file itself is not. */
function Reason({ track: { status }, reason }: { track: Track; reason: string }) {
  const words = printable(reason);
  return status === 'failed' ? <q class="words">{words}</q> : <span class="words">{words}</span>;
}

/** Most seconds after now that the axis has, for the next checks. */
const mostAhead = 20;

const endOfAxis = ({ rows, now }: TimelineAnswer, end: number) =>
  rows.reduce((last, { next = 0 }) => (next - now <= mostAhead ? Math.max(last, next) : last), end);

/** What a row says beside its bar. */
function shortStory(
  { status, attempts }: Track,
  { calls, next }: TimelineRow | typeof noRow,
  { start, now, waits }: Drawn,
): string {
  const again = attempts > 1 ? `, sent ${attempts === 2 ? 'twice' : `${attempts} times`}` : '';
  const { end } = calls.at(-1) ?? {};
  if (status === 'done' && end !== undefined) return `ready after ${duration(end.at - start)}${again}`;
  if (status === 'submitted' && next !== undefined) {
    const wait = Math.round(next - now);
    return `${wait > 0 ? `check in ${wait} s` : 'is checked now'}${again}`;
  }
  return `${status === 'declared' ? waits : trackWords[status]}${again}`;
}
