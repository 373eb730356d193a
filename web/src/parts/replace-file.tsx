import { useSignal } from '@preact/signals';
import type { TrackAnswer } from '../../../functions/api/contract/track.ts';
import { rightsSentence } from '../../../functions/shared/rights-sentence.ts';
import { account } from '../account.ts';
import { ask, pathOf, Refusal } from '../api.ts';
import { reasonOf } from '../files/chosen-files.ts';
import type { FoundFile } from '../files/found-files.ts';
import { hashFile, inspectFile, UnreadableFile } from '../files/inspector.ts';
import { SignedOut } from '../sign-in.ts';
import { UploadFailure } from '../uploads/put.ts';
import { sendFile } from '../uploads/send-file.ts';
import { length, printable } from '../words/format.ts';
import { sizeWords } from '../words/new-model.ts';
import { FileField } from './file-fields.tsx';
import { Given } from './given.tsx';

/** Puts another file in the place of one that cannot be used: looked into here first, then sent. */
export default function ReplaceFile({
  sessionId,
  track: { trackId, file: old },
  done,
}: {
  sessionId: string;
  track: TrackAnswer;
  done(): void;
}) {
  const chosen = useSignal<FoundFile | undefined>(undefined);
  const facts = useSignal('');
  const problem = useSignal('');
  const sent = useSignal<number | undefined>(undefined);
  const hasRights = useSignal(false);
  const terms = account.value;
  if (terms === undefined) return null;
  const asksRights = terms.rightsQuestion;

  const look = async (found: FoundFile) => {
    chosen.value = undefined;
    problem.value = '';
    facts.value = 'It is looked into …';
    try {
      const inspection = await inspectFile(found.file, terms.limits);
      const reason = reasonOf({ ...found, key: 0, inspection });
      facts.value = inspection.usable
        ? `${inspection.format}, ${length(inspection.durationSeconds)}, ${sizeWords(found.file.size)}`
        : '';
      if (reason === undefined) chosen.value = found;
      else problem.value = `${found.name}: ${reason}`;
    } catch (error) {
      facts.value = '';
      problem.value = sentenceOf(error);
    }
  };
  const replace = async ({ file, name }: FoundFile) => {
    problem.value = '';
    sent.value = 0;
    try {
      const { sha256, parts } = await hashFile(file);
      const rights = hasRights.value ? { rights: true } : {};
      const body = { name, size: file.size, sha256, ...rights };
      const path = pathOf(sessionId, `/tracks/${encodeURIComponent(trackId)}`);
      const signed = (await ask<{ url: string; headers: Record<string, string> }>('PUT', path, { body }))
        .body;
      await sendFile(
        sessionId,
        { file, trackId, parts, signed },
        {
          signal: AbortSignal.timeout(6 * 3600 * 1000),
          onProgress: (bytes) => (sent.value = bytes),
          onWait: (seconds) => {
            problem.value = seconds === undefined ? '' : 'The storage does not answer; it is tried again.';
          },
        },
      );
      done();
    } catch (error) {
      problem.value = sentenceOf(error);
    } finally {
      sent.value = undefined;
    }
  };
  const found = chosen.value;
  return (
    <div class="rep">
      <h3>Put another file in its place</h3>
      <p class="mid">
        It is looked into here, then sent to your storage. The provider gets it when you resume.
      </p>
      <FileField
        words="Choose a file…"
        label={`Replace ${old}`}
        isOne
        take={([one]) => one && void look(one)}
      />
      {facts.value !== '' && (
        <p role="status">
          {found && <Given text={found.name} />} <span class="hint">{facts.value}</span>
        </p>
      )}
      {problem.value !== '' && (
        <p class="note bad" role="alert">
          {printable(problem.value)}
        </p>
      )}
      {found !== undefined && asksRights && (
        <label class="tick">
          <input
            type="checkbox"
            checked={hasRights.value}
            onChange={(event) => (hasRights.value = event.currentTarget.checked)}
          />
          <span>{rightsSentence}</span>
        </label>
      )}
      {found !== undefined && (
        <button
          type="button"
          class="btn pri"
          disabled={sent.value !== undefined || (asksRights && !hasRights.value)}
          onClick={() => void replace(found)}
        >
          {sent.value === undefined
            ? 'Put it in its place'
            : `${Math.round((sent.value / found.file.size) * 100)} % sent`}
        </button>
      )}
    </div>
  );
}

function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) {
    return [error.message, ...error.problems.map(({ message }) => message)].join(' ');
  }
  if (error instanceof UploadFailure || error instanceof UnreadableFile) return error.message;
  if (error instanceof SignedOut) return 'Your sign-in ended: sign in, and choose the file again.';
  return 'No answer came. Do it once more: it is done once.';
}
