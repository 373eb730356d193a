import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { CliEvent, TrackResult, UploadProgress } from '../events.ts';
import { trackWords, usualTrainingWords } from './format.ts';
import { liveBlock, type RowState } from './live-block.ts';
import type { Paint } from './paint.ts';
import type { Output } from './types.ts';

/** The rows of a running session: one per track, one for the training. */
export interface SessionRows {
  emit(event: CliEvent): void;
  progress(progress: UploadProgress): void;
  close(): void;
}

const training = 'training';

/** A row as a known track's status has it; a track not uploaded yet waits. */
export function rowOf(track: Pick<TrackResult, 'status' | 'failure' | 'duplicateOf'>): RowState {
  const words = trackWords[track.status];
  switch (track.status) {
    case 'done':
      return { sign: 'good', words };
    case 'failed':
    case 'rejected':
      return { sign: 'bad', words: track.failure?.reason ?? words };
    case 'submitting':
    case 'submitted':
      return { sign: 'busy', words };
    default:
      return { sign: 'waiting', words };
  }
}

/**
 * Draws the rows. With more tracks than the terminal has lines, the tracks are counted in two rows instead.
 * @param options.speed how many times faster than the provider's time the training runs
 */
export function sessionRows(options: {
  stdout: Output & NodeJS.WritableStream;
  paint: Paint;
  nameWidth: number;
  speed: number;
  kind: SessionAnswer['kind'];
  tracks: readonly Pick<TrackResult, 'trackId' | 'file' | 'status' | 'failure' | 'duplicateOf'>[];
}): SessionRows {
  const { stdout, paint, nameWidth, speed, kind, tracks } = options;
  const counted = tracks.length + 2 > (stdout.rows ?? 24);
  const block = liveBlock({
    stdout,
    paint,
    labelWidth: nameWidth,
    labels: [
      ...(counted
        ? [
            { key: 'uploads', label: 'Uploads' },
            { key: 'clips', label: 'Clips' },
          ]
        : tracks.map(({ trackId, file }) => ({ key: trackId, label: file }))),
      ...(kind === 'train' ? [{ key: training, label: 'Training' }] : []),
    ],
  });
  const stored = new Set<string>();
  const finished = new Set<string>();
  const failed = new Set<string>();

  const set = (trackId: string, state: RowState) => {
    if (!counted) return block.set(trackId, state);
    const all = tracks.length;
    block.set('uploads', {
      sign: stored.size === all ? 'good' : 'moving',
      words: `${stored.size} of ${all}`,
      ...(stored.size === all ? {} : { share: stored.size / all }),
    });
    const lost = failed.size === 0 ? '' : `, ${failed.size} failed`;
    block.set('clips', {
      sign: finished.size === all ? 'good' : stored.size < all ? 'waiting' : 'busy',
      words: `${finished.size} of ${all} ready${lost}`,
    });
  };
  for (const track of tracks) {
    if (track.status !== 'declared') stored.add(track.trackId);
    if (track.status === 'done' || track.status === 'duplicate') finished.add(track.trackId);
    set(track.trackId, rowOf(track));
  }
  block.set(training, { sign: 'waiting', words: 'waits for the tracks' });

  return {
    emit(event) {
      switch (event.event) {
        case 'file.uploaded':
          stored.add(event.trackId);
          return set(event.trackId, { sign: 'moving', words: 'uploaded' });
        case 'file.copied':
          return set(event.trackId, { sign: 'moving', words: `copied to ${event.to}` });
        case 'file.upload-retried':
          return set(event.trackId, { sign: 'waiting', words: `once more: ${event.reason}` });
        case 'file.upload-failed':
          return set(event.trackId, { sign: 'bad', words: event.reason });
        case 'session.started':
          for (const { trackId } of tracks) stored.add(trackId);
          return;
        case 'track.submitted': {
          const before = event.reason === undefined ? '' : `; before: ${event.reason}`;
          const again = event.attempt > 1 ? `, attempt ${event.attempt}${before}` : '';
          return set(event.trackId, { sign: 'busy', words: trackWords.submitted + again });
        }
        case 'track.done':
          finished.add(event.trackId);
          return set(event.trackId, { sign: 'good', words: trackWords.done });
        case 'track.failed':
        case 'track.rejected':
          failed.add(event.trackId);
          return set(event.trackId, { sign: 'bad', words: event.reason });
        case 'session.creating':
          return block.set(training, { sign: 'busy', words: 'asking for the model' });
        case 'session.training':
          return block.set(training, { sign: 'busy', words: sinceNow(speed) });
        case 'session.ready':
          return block.set(training, { sign: 'good', words: 'model ready' });
        case 'session.failed':
          return block.set(training, { sign: 'bad', words: 'no model' });
        case 'session.needs-decision':
          return block.set(training, { sign: 'bad', words: 'needs a decision' });
        case 'session.review':
          return block.set(training, { sign: 'waiting', words: 'waits for approval' });
        case 'session.cancelled':
          return block.set(training, { sign: 'bad', words: 'cancelled' });
        case 'session.interrupted':
          return block.set(training, { sign: 'bad', words: 'cut off' });
        default:
      }
    },
    progress({ trackId, sent, size }) {
      if (!counted) block.set(trackId, { sign: 'moving', words: '', share: size === 0 ? 1 : sent / size });
    },
    close: () => block.close(),
  };
}

function sinceNow(speed: number): () => string {
  const began = Date.now();
  return () => `${Math.floor((Date.now() - began) / 1000)} s, ${usualTrainingWords(speed)}`;
}
