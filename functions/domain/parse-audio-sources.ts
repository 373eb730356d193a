import type { Problem } from '../shared/errors.ts';
import type { Settings } from '../shared/settings.ts';
import type { SessionKind } from '../shared/state-contracts.ts';
import { newTrack, trackIdAt } from './new-session.ts';
import type { Track } from './session.ts';
import { readAudioUrl } from './validate-audio-url.ts';

const s3Uri = /^s3:\/\/([a-z0-9.-]{3,63})\/(.+)$/s;

/** Tracks of audio that is named by `s3://bucket/key` or an `https://` URL; and what is wrong with the names. */
export function tracksOf(
  audio: readonly string[],
  {
    sessionId,
    kind,
    bucket,
    settings,
  }: {
    readonly sessionId: string;
    readonly kind: SessionKind;
    /** The one bucket that may be read. */
    readonly bucket: string;
    readonly settings: Settings;
  },
): { tracks: Track[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const firstWith = new Map<string, number>();
  const tracks = audio.flatMap((uri, index) => {
    const found = audioAt(uri, bucket);
    if ('problem' in found) {
      problems.push({ where: `audio[${index}]`, message: found.problem });
      return [];
    }
    // Equal bytes in the bucket are found by looking at them; what lies elsewhere is not looked at.
    const first = 'url' in found.source ? firstWith.get(found.source.url) : undefined;
    if (first !== undefined) {
      problems.push({ where: `audio[${index}]`, message: `is audio[${first}] again: list each track once` });
    }
    if ('url' in found.source) firstWith.set(found.source.url, first ?? index);
    return [newTrack({ sessionId, trackId: trackIdAt(index, kind), ...found }, settings)];
  });
  return { tracks, problems };
}

function audioAt(uri: string, bucket: string): { problem: string } | Pick<Track, 'file' | 'source'> {
  const [, foundBucket, key] = s3Uri.exec(uri) ?? [];
  if (foundBucket === undefined || key === undefined) {
    const found = readAudioUrl(uri);
    return 'problem' in found ? found : { file: found.file, source: { url: found.url } };
  }
  if (foundBucket !== bucket) {
    const move = `copy it into the audio bucket, ${bucket}`;
    return { problem: `lies in ${foundBucket}, which may not be read: ${move}` };
  }
  return { file: key.split('/').at(-1) || uri, source: { bucket, key } };
}
