import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { trackWords } from '../../../functions/shared/status-words.ts';
import { counted, length, printable } from '../words/format.ts';
import { type Place, placeOf, places, placeWords, type Tally } from '../words/tally.ts';
import { Dialog } from './dialog.tsx';
import { Icon, type IconName } from './icon.tsx';
import { lazily } from './lazily.tsx';
import { moveAmong } from './roving.ts';
import { isSmall } from './small-screen.ts';

type Track = SessionPageAnswer['tracks'][number];

const ReplaceFile = lazily(() => import('./replace-file.tsx'));

/** Once create was called, the model is of the files that there were. */
const isPaid = ({ modelId, unfinished }: SessionPageAnswer) =>
  modelId !== undefined || unfinished !== undefined;

/** From so many rows on, only those in sight are drawn. */
const mostDrawn = 60;
const rowHeight = { wide: 32, small: 52 };
const boxHeight = 520;
/** Rows drawn above and below those in sight. */
const spare = 8;

/** A row for each file: where it is, how often it was sent, and what is wrong with it. */
export function Files({
  session,
  tally,
  done,
}: {
  session: SessionPageAnswer;
  tally: Tally;
  /** The session has changed. */
  done(): void;
}) {
  const place = useSignal<Place | undefined>(undefined);
  const wanted = useSignal('');
  const opened = useSignal<string | undefined>(undefined);
  const { tracks } = session;
  const text = wanted.value.trim().toLowerCase();
  const shown = tracks.filter(
    (track) =>
      (place.value === undefined || placeOf(track) === place.value) &&
      track.file.toLowerCase().includes(text),
  );
  const open = (trackId: string) => {
    opened.value = trackId;
  };
  const track = tracks.find(({ trackId }) => trackId === opened.value);
  return (
    <section class="card" aria-labelledby="files">
      <div class="head">
        <h2 id="files">Files</h2>
        <span class="hint">{counted(tracks.length, 'file')}, in the order of the session</span>
      </div>
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
      {shown.length === 0 ? (
        <p class="hint none">No file matches. Try a shorter part of its name.</p>
      ) : shown.length > mostDrawn ? (
        <Window tracks={shown} open={open} />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a list with one tab stop for all rows.
        <div class="files" role="list" onKeyDown={moveAmong}>
          {shown.map((one, index) => (
            <Row key={one.trackId} track={one} isFirst={index === 0} open={open} />
          ))}
        </div>
      )}
      {track !== undefined && (
        <Details
          track={track}
          tracks={tracks}
          session={session}
          close={() => (opened.value = undefined)}
          done={done}
        />
      )}
    </section>
  );
}

/** Rows of a fixed height, of which only those in sight are there. */
function Window({ tracks, open }: { tracks: readonly Track[]; open(trackId: string): void }) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = isSmall.value ? rowHeight.small : rowHeight.wide;
  const first = Math.max(0, Math.floor(top.value / height) - spare);
  const last = Math.min(tracks.length, Math.ceil((top.value + boxHeight) / height) + spare);
  return (
    <div
      class="files window"
      ref={box}
      onScroll={() => {
        top.value = box.current?.scrollTop ?? 0;
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a list with one tab stop for all rows. */}
      <div role="list" onKeyDown={moveAmong} style={{ height: `${tracks.length * height}px` }}>
        {tracks.slice(first, last).map((track, index) => (
          <Row
            key={track.trackId}
            track={track}
            isFirst={index === 0}
            open={open}
            at={{ index: first + index, count: tracks.length, top: (first + index) * height }}
          />
        ))}
      </div>
    </div>
  );
}

const icons: Readonly<Record<Place, IconName>> = {
  done: 'check',
  provider: 'up',
  waiting: 'clock',
  refused: 'x',
  copy: 'copy',
};

/** How far a file has come, of the three parts of its way: sent, at the provider, ready. */
const steps: Readonly<Record<Track['status'], number>> = {
  declared: 0,
  submitting: 1,
  submitted: 2,
  done: 3,
  failed: 3,
  rejected: 1,
  duplicate: 0,
};

function Row({
  track,
  isFirst,
  open,
  at,
}: {
  track: Track;
  isFirst: boolean;
  open(trackId: string): void;
  at?: { readonly index: number; readonly count: number; readonly top: number };
}) {
  const place = placeOf(track);
  const bad = place === 'refused';
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
        title={track.file}
        onClick={() => open(track.trackId)}
      >
        <Icon name={icons[place]} size={14} />
        <bdi>{track.file}</bdi>
      </button>
      <span class="way" aria-hidden="true">
        {[1, 2, 3].map((step) => (
          <i key={step} class={step <= steps[track.status] ? 'on' : ''} />
        ))}
      </span>
      <span class="says">
        {bad && track.failure !== undefined ? (
          <Reason track={track} reason={track.failure.reason} />
        ) : (
          <>
            {trackWords[track.status]}
            {track.attempts > 1 ? `, sent ${track.attempts} times` : ''}
          </>
        )}
      </span>
    </div>
  );
}

/** The provider's words are quoted; what Chirpsmith found in the file itself is not. */
function Reason({ track: { status }, reason }: { track: Track; reason: string }) {
  const words = printable(reason);
  return status === 'failed' ? <q class="words">{words}</q> : <span class="words">{words}</span>;
}

/** Everything that is known of one file. */
function Details({
  track,
  tracks,
  session,
  close,
  done,
}: {
  track: Track;
  tracks: readonly Track[];
  session: SessionPageAnswer;
  close(): void;
  done(): void;
}) {
  const { file, status, format, durationSeconds, attempts, clipId, duplicateOf, warning, failure } = track;
  const original = tracks.find((one) => one.trackId === duplicateOf)?.file;
  const mayReplace = placeOf(track) === 'refused' && session.actions.includes('resume') && !isPaid(session);
  return (
    <Dialog title={<bdi>{file}</bdi>} kind="sheet" onClose={close}>
      <dl class="kv">
        <dt>State</dt>
        <dd>{trackWords[status]}</dd>
        {original !== undefined && (
          <>
            <dt>Same bytes as</dt>
            <dd>
              <bdi>{original}</bdi>
            </dd>
          </>
        )}
        {format !== undefined && (
          <>
            <dt>Kind</dt>
            <dd>{format}</dd>
          </>
        )}
        {durationSeconds !== undefined && (
          <>
            <dt>Length</dt>
            <dd>{length(durationSeconds)}</dd>
          </>
        )}
        <dt>Sent</dt>
        <dd>{attempts === 0 ? 'not yet' : counted(attempts, 'time')}</dd>
        {clipId !== undefined && (
          <>
            <dt>Clip</dt>
            <dd class="mono">{clipId}</dd>
          </>
        )}
      </dl>
      {warning !== undefined && <p class="note warn">{warning}</p>}
      {failure !== undefined && status !== 'done' && (
        <div>
          <h3>{failure.error}</h3>
          <pre>{printable(failure.reason)}</pre>
          {failure.permanent && <p class="mid">The same file would be refused again.</p>}
        </div>
      )}
      {mayReplace && (
        <ReplaceFile
          sessionId={session.sessionId}
          track={track}
          done={() => {
            close();
            done();
          }}
        />
      )}
    </Dialog>
  );
}
