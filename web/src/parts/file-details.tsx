import type { ComponentChildren } from 'preact';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { trackWords } from '../../../functions/shared/status-words.ts';
import { counted, length, printable } from '../words/format.ts';
import { placeOf } from '../words/tally.ts';
import { Dialog } from './dialog.tsx';
import { Given } from './given.tsx';

type Track = SessionPageAnswer['tracks'][number];

/** Once create was called, the model is of the files that there were. */
const isPaid = ({ modelId, unfinished }: SessionPageAnswer) =>
  modelId !== undefined || unfinished !== undefined;

/** Everything that is known of one file. */
export function Details({
  track,
  tracks,
  session,
  story,
  replace,
  close,
}: {
  track: Track;
  tracks: readonly Track[];
  session: SessionPageAnswer;
  /** Its way in words. */
  story: string;
  replace: ((track: Track, close: () => void) => ComponentChildren) | undefined;
  close(): void;
}) {
  const { file, status, format, durationSeconds, attempts, clipId, duplicateOf, warning, failure } = track;
  const original = tracks.find((one) => one.trackId === duplicateOf)?.file;
  const mayReplace = placeOf(track) === 'refused' && session.actions.includes('resume') && !isPaid(session);
  return (
    <Dialog title={<Given text={file} />} kind="sheet" onClose={close}>
      <dl class="kv">
        <dt>State</dt>
        <dd>{trackWords[status]}</dd>
        <dt>Its way</dt>
        <dd>{story}</dd>
        {original !== undefined && (
          <>
            <dt>Same bytes as</dt>
            <dd>
              <Given text={original} />
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
      {mayReplace && replace?.(track, close)}
    </Dialog>
  );
}
