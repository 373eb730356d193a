import { big, join } from './bytes.ts';
import { coded } from './mp4.ts';

export interface MatroskaOptions {
  readonly seconds: number;
  readonly type?: 'webm' | 'matroska';
  /** Seconds that the header says; none where a browser records. */
  readonly stated?: number;
  /** Leaves the sizes of the segment and of its clusters open. */
  readonly open?: boolean;
  /** Seconds of each cluster. */
  readonly each?: number;
  /** Seconds of a picture, one frame a second, and bytes of each frame. */
  readonly pictureSeconds?: number;
  readonly pictureBytes?: number;
  /** Seconds at which the first sound begins. */
  readonly from?: number;
  /** Seconds of sound by a tag of the track. */
  readonly tagged?: number;
  /** An index of the clusters at the end. */
  readonly cues?: boolean;
  /** The sound is encrypted. */
  readonly encrypted?: boolean;
  readonly soundTrack?: boolean;
  /** Milliseconds and bytes of each block of sound. */
  readonly blockMs?: number;
  readonly blockBytes?: number;
}

/** An element: its id in hex, its size in eight bytes, what is in it. */
function element(id: string, ...parts: readonly (Uint8Array | number | string)[]): Uint8Array {
  const inner = join(...parts);
  return join(Buffer.from(id, 'hex'), big(0x0100_0000_0000_0000n | BigInt(inner.length), 8), inner);
}

/** The same with its size left open. */
function openElement(id: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return join(Buffer.from(id, 'hex'), big(0x01ff_ffff_ffff_ffffn, 8), ...parts);
}

function float(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

const block = (track: number, time: number, bytes: Uint8Array) =>
  element('a3', 0x80 | track, big(time, 2), 0x80, bytes);

/** A WebM or Matroska with a track called Opus, blocks of 100 ms and 60 bytes, clusters of one second. */
export function matroskaFile(options: MatroskaOptions): Uint8Array {
  const { seconds, type = 'webm', stated, open = false, each = 1, pictureSeconds = 0, from = 0 } = options;
  const {
    tagged,
    cues = false,
    encrypted = false,
    soundTrack = true,
    blockMs = 100,
    blockBytes = 60,
  } = options;
  const { pictureBytes = 50 } = options;
  const head = element('1a45dfa3', element('4282', type));
  const info = element(
    '1549a966',
    element('2ad7b1', big(1_000_000, 4)),
    stated === undefined ? '' : element('4489', float(stated * 1000)),
  );
  const sound = element(
    'ae',
    element('d7', 1),
    element('73c5', 7),
    element('83', 2),
    element('86', 'A_OPUS'),
    encrypted ? element('6d80', element('6240', element('5035', element('47e1', 5)))) : '',
  );
  const picture = element(
    'ae',
    element('d7', 2),
    element('73c5', 8),
    element('83', 1),
    element('86', 'V_VP8'),
  );
  const tracks = element('1654ae6b', soundTrack ? sound : '', pictureSeconds > 0 ? picture : '');

  const clusters: Uint8Array[] = [];
  for (let time = 0; time < Math.max(seconds + from, pictureSeconds); time += each) {
    const blocks: Uint8Array[] = [];
    for (let ms = 0; ms < each * 1000 && time * 1000 + ms < (seconds + from) * 1000; ms += blockMs) {
      if (time * 1000 + ms >= from * 1000) blocks.push(block(1, ms, coded(blockBytes)));
    }
    for (let second = 0; second < each && time + second < pictureSeconds; second++) {
      blocks.push(block(2, second * 1000, coded(pictureBytes)));
    }
    const timestamp = element('e7', big(time * 1000, 4));
    clusters.push(
      open ? openElement('1f43b675', timestamp, ...blocks) : element('1f43b675', timestamp, ...blocks),
    );
  }

  const tag = element(
    '7373',
    element('63c0', element('63c5', 7)),
    element('67c8', ...durationTag(tagged ?? 0)),
  );
  const tags = tagged === undefined ? new Uint8Array() : element('1254c367', tag);
  const made = (tagsAt: number, cuesAt: number, firstAt: number) => {
    const seek = (id: string, at: number) =>
      element('4dbb', element('53ab', Buffer.from(id, 'hex')), element('53ac', big(at, 4)));
    const found = element('114d9b74', seek('1254c367', tagsAt), seek('1c53bb6b', cuesAt));
    let at = firstAt;
    const points = clusters.map((cluster, index) => {
      const point = element(
        'bb',
        element('b3', big(index * each * 1000, 4)),
        element('b7', element('f1', big(at, 4))),
      );
      at += cluster.length;
      return point;
    });
    return { found, index: cues ? element('1c53bb6b', ...points) : new Uint8Array() };
  };
  const { found } = made(0, 0, 0);
  const inFront = found.length + info.length + tracks.length + tags.length;
  const afterClusters = inFront + clusters.reduce((sum, { length }) => sum + length, 0);
  const { found: seekHead, index } = made(found.length + info.length + tracks.length, afterClusters, inFront);
  const parts = [tagged === undefined && !cues ? found : seekHead, info, tracks, tags, ...clusters, index];
  return join(head, open ? openElement('18538067', ...parts) : element('18538067', ...parts));
}

function durationTag(seconds: number): Uint8Array[] {
  const whole = Math.floor(seconds / 60);
  const rest = (seconds % 60).toFixed(9).padStart(12, '0');
  const said = `00:${String(whole).padStart(2, '0')}:${rest}`;
  return [element('45a3', 'DURATION'), element('4487', said)];
}
