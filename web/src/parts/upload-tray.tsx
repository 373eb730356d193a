import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { droppedFiles, type FoundFile } from '../files/found-files.ts';
import { isAway } from '../live.ts';
import { type Row, type Sending, sendingOf } from '../uploads/sending.ts';
import { counted, duration, printable } from '../words/format.ts';
import { sizeWords } from '../words/new-model.ts';
import { FileField } from './file-fields.tsx';
import { Given } from './given.tsx';
import { Icon } from './icon.tsx';
import { isSmall } from './small-screen.ts';
import { mostDrawn, Windowed } from './windowed.tsx';

const rowHeight = { wide: 40, small: 60 };

/** The way of a session's files into storage: how far, how fast, and what is missing. */
export default function UploadTray({ session, done }: { session: SessionPageAnswer; done(): void }) {
  const [sending] = useState(() => sendingOf(session.sessionId, done));
  const tracks = session.tracks.filter(({ status }) => status === 'declared');
  useEffect(() => {
    if (sending.state.value === 'asking') void sending.begin(tracks);
  }, [sending]);
  const isLeaving = sending.state.value === 'sending';
  useEffect(() => {
    if (!isLeaving) return;
    // The browser asks in its own words whether to leave.
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isLeaving]);
  sending.version.value;
  const { rows } = sending;
  const state = sending.state.value;
  const isThere = rows.every((row) => row.state === 'there') && sending.undeclared.length === 0;
  if (state === 'done' || (isThere && !sending.starts)) return null;
  return (
    <section class="card" aria-labelledby="sending">
      <div class="head">
        <h2 id="sending">Into your storage</h2>
        <span class="hint">The provider gets the first file when all are there.</span>
      </div>
      <Progress sending={sending} />
      <Missing sending={sending} />
      {sending.trouble.value !== '' && (
        <p class="note bad inset" role="alert">
          <Icon name="warn" />
          <span>{sending.trouble.value}</span>
        </p>
      )}
      <Rows rows={rows} version={sending.version.value} />
    </section>
  );
}

function Progress({ sending }: { sending: Sending }) {
  sending.version.value;
  const { rows, undeclared } = sending;
  const later = undeclared.reduce((sum, { size }) => sum + size, 0);
  const all = later + rows.reduce((sum, { size = 0 }) => sum + size, 0);
  const sent = rows.reduce((sum, row) => sum + (row.state === 'there' ? (row.size ?? 0) : row.sent), 0);
  const there = rows.filter(({ state }) => state === 'there').length;
  const speed = rows.reduce((sum, row) => sum + speedOf(row), 0);
  const share = all === 0 ? 0 : Math.round((sent / all) * 100);
  const state = sending.state.value;
  const files = rows.length + undeclared.length;
  return (
    <div class="upl">
      <div
        class="prog"
        role="progressbar"
        aria-label="All files"
        aria-valuenow={share}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${share}%` }} />
      </div>
      <span class="nw">
        <b class="b">
          {there.toLocaleString('en')} of {counted(files, 'file')}
        </b>
        {all > 0 && `, ${sizeWords(sent)} of ${sizeWords(all)}`}
        {state === 'sending' && speed > 0 && (
          <>
            {' '}
            · {sizeWords(speed)}/s · about {duration((all - sent) / speed)} left
          </>
        )}
      </span>
      <span class="row">
        {state === 'sending' && (
          <button type="button" class="btn sm" onClick={() => sending.pause()}>
            <Icon name="pause" />
            Pause
          </button>
        )}
        {(state === 'paused' || state === 'failed') && (
          <button type="button" class="btn sm" onClick={() => void sending.goOn()}>
            <Icon name="up" />
            Go on
          </button>
        )}
      </span>
      <Wait sending={sending} />
      <p class="hint all" role="status">
        {stateWords(sending)}
      </p>
    </div>
  );
}

function stateWords(sending: Sending): string {
  switch (sending.state.value) {
    case 'asking':
      return 'Chirpsmith asks what is there.';
    case 'paused':
      return 'Paused. What is there stays there.';
    case 'sending':
      return sending.starts
        ? 'Leave this page open until the last file is there; the run then starts. If it closes, nothing is sent twice.'
        : 'Leave this page open until the last file is there. If it closes, nothing is sent twice.';
    default:
      return '';
  }
}

/** Said while the storage does not answer; that the API does not, the page says for all its parts. */
function Wait({ sending }: { sending: Sending }) {
  const waits = sending.waits.value;
  const now = useSignal(Date.now());
  useEffect(() => {
    if (waits === undefined) return;
    now.value = Date.now();
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(timer);
  }, [waits]);
  if (waits === undefined || waits.silent === 'api' || isAway.value) return null;
  return (
    <p class="note warn all">
      <Icon name="warn" />
      <span>
        <span role="alert">The storage does not answer. Nothing is lost; it is tried again.</span>{' '}
        <span aria-hidden="true">
          Next try in {Math.max(0, Math.ceil((waits.until - now.value) / 1000))} s.
        </span>
      </span>
    </p>
  );
}

/** Files that this browser does not find: after a reload, or on another device. */
function Missing({ sending }: { sending: Sending }) {
  const words = useSignal('');
  const isOver = useSignal(false);
  sending.version.value;
  if (sending.state.value !== 'lost') return null;
  const lost = sending.rows.filter(({ state }) => state === 'lost').length;
  const take = async (files: readonly FoundFile[]) => {
    words.value = 'Chirpsmith looks whether these are the files …';
    const taken = await sending.give(files);
    words.value =
      taken === 0
        ? 'None of these is a file of this session: the bytes are others.'
        : `${counted(taken, 'file')} found again.`;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the fields for files do the same by keyboard.
    <div
      class={`drop ${isOver.value ? 'on' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(take);
      }}
    >
      <Icon name="ask" />
      <span class="grow">
        <b class="b">
          {counted(lost, 'file')} {lost === 1 ? 'is' : 'are'} still to be sent.
        </b>{' '}
        A browser does not keep files: choose the same folder again. What is there is not sent again.
        <span role="status" class="hint below">
          {words.value}
        </span>
      </span>
      {sending.hasHandles && (
        <button type="button" class="btn sm pri" onClick={() => void sending.allow()}>
          Let the page read them again
        </button>
      )}
      <FileField words="Choose files…" take={(files) => void take(files)} />
      <FileField words="Choose the folder…" kind="folder" take={(files) => void take(files)} />
    </div>
  );
}

function speedOf({ state, sent, since }: Row): number {
  const seconds = (Date.now() - since) / 1000;
  return state === 'sending' && seconds > 0.2 ? sent / seconds : 0;
}

const order = ['failed', 'lost', 'sending', 'waiting', 'there'] as const;

/** What moves or needs somebody comes first. */
function Rows({ rows, version }: { rows: readonly Row[]; version: number }) {
  const sorted = order.flatMap((state) => rows.filter((row) => row.state === state));
  if (sorted.length > mostDrawn) {
    return (
      <Windowed
        count={sorted.length}
        height={isSmall.value ? rowHeight.small : rowHeight.wide}
        label="Files on their way"
        row={(index) => {
          const row = sorted[index];
          return row && <One row={row} version={version} />;
        }}
      />
    );
  }
  return (
    <ul class="fls">
      {sorted.map((row) => (
        <li key={row.trackId}>
          <One row={row} version={version} />
        </li>
      ))}
    </ul>
  );
}

const icons = { failed: 'warn', lost: 'ask', sending: 'up', waiting: 'clock', there: 'check' } as const;

/** @param version changes with the row, which itself stays the same */
function One({ row }: { row: Row; version: number }) {
  const { name, size, state, sent } = row;
  const share = state === 'there' ? 1 : size ? sent / size : 0;
  return (
    <div class={`sd ${state}`}>
      <Icon name={icons[state]} size={14} />
      <span class="t" title={printable(name)}>
        <Given text={name} />
      </span>
      <span class="prog" aria-hidden="true">
        <i style={{ width: `${Math.round(share * 100)}%` }} />
      </span>
      <span class="fx">{rowWords(row)}</span>
    </div>
  );
}

function rowWords(row: Row): string {
  const { state, size, sent, tries, trouble } = row;
  const speed = speedOf(row);
  switch (state) {
    case 'there':
      return 'in storage';
    case 'failed':
      return trouble ?? 'could not be sent';
    case 'lost':
      return 'choose it again';
    case 'waiting':
      return 'waiting';
    case 'sending': {
      const share = size ? `${Math.round((sent / size) * 100)} %` : 'on its way';
      const fast = speed > 0 ? ` · ${sizeWords(speed)}/s` : '';
      return `${share}${fast}${tries > 1 ? ` · try ${tries}` : ''}`;
    }
  }
}
