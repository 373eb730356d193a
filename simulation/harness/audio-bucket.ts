import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { CopyTrack, HashTrack, InspectTrack } from '../../functions/domain/inspect-track.ts';
import { audioFolder } from '../../functions/domain/object-keys.ts';
import type { AudioSource } from '../../functions/domain/session.ts';
import type { SubmitUploadDeps } from '../../functions/workflow/submit-upload/submit-upload.ts';
import type { Inspection } from '../../packages/audio-inspection/inspection.ts';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { wavFile } from '../../test-support/audio-files/wav.ts';

/** What a file is: audio that is taken, audio that the provider refuses for good, or no audio at all. */
export type Content = 'song' | 'refused' | 'text';

/** A file: what it is, and what its declaration says of its bytes. */
export interface RigFile {
  readonly content: Content;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A file in the bucket. */
export interface StoredObject extends RigFile {
  readonly versionId: string;
}

/**
 * The audio bucket with its versions, as far as the workflow sees it: what an inspection finds, and a URL under
 * which the provider finds real bytes. What S3 itself can do wrong is tried against the real stand-in elsewhere.
 */
export interface AudioBucket {
  put(key: string, file: RigFile): StoredObject;
  /** The newest version of an object. */
  newest(key: string): StoredObject | undefined;
  /** All of them, oldest first. */
  versions(key: string): readonly StoredObject[];
  /** Keys of the files that begin with this. */
  keys(prefix: string): string[];
  /** Puts a clip's audio there. */
  keep(key: string, bytes: Uint8Array): void;
  kept(key: string): Uint8Array | undefined;
  /** Deletes all that is kept for a session, in all versions. */
  deleteAll(sessionId: string): void;
  /** Is anything kept for it? */
  holds(sessionId: string): boolean;
  /** Deletes an object with all its versions. */
  remove(key: string): void;
  /** Where the file of a track lies that was put there last. */
  keyOf(sessionId: string, trackId: string): string;
  readonly inspect: InspectTrack;
  readonly hash: HashTrack;
  readonly copy: CopyTrack;
  readonly downloads: { get(source: AudioSource): Promise<string> };
  readonly find: SubmitUploadDeps['find'];
  /** What a URL of `downloads` gives, with no network in between. */
  readonly fetch: typeof fetch;
  /** What a URL of `downloads` leads to now. */
  at(url: string): { readonly key: string; readonly object: StoredObject | undefined };
  /** To be called after the last request. */
  close(): void;
}

const sound = wavFile({ seconds: 0.01 });
let server: Promise<{ url: string }> | undefined;
const buckets = new Map<string, AudioBucket>();
let opened = 0;

/** One server for all buckets of the process; it ends with it. */
function audioServer(): Promise<{ url: string }> {
  server ??= (async () => {
    const http = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const found = buckets.get(url.pathname.split('/')[1] ?? '')?.at(url.href).object;
      if (found) response.end(sound);
      else response.writeHead(404).end();
    });
    // Longer than a client keeps an idle connection; neither they nor the server keep the process alive.
    http.keepAliveTimeout = 75_000;
    http.on('connection', (socket) => socket.unref());
    const listening = await listenOnLoopback(http, 0);
    http.unref();
    return listening;
  })();
  return server;
}

export const digest = (text: string) => createHash('sha256').update(text).digest('hex');

export async function openAudioBucket(): Promise<AudioBucket> {
  const { url: origin } = await audioServer();
  const name = `bucket-${++opened}`;
  const objects = new Map<string, StoredObject[]>();
  const clips = new Map<string, Uint8Array>();
  let versions = 0;

  const versionOf = ({ key, versionId }: Pick<AudioSource, 'key' | 'versionId'>) => {
    const all = objects.get(key) ?? [];
    return versionId === undefined ? all.at(-1) : all.find((it) => it.versionId === versionId);
  };
  const bucket: AudioBucket = {
    put(key, { content, sha256, size }) {
      const object = { versionId: `v${++versions}`, content, sha256, size };
      objects.set(key, [...(objects.get(key) ?? []), object]);
      return object;
    },
    newest: (key) => versionOf({ key }),
    versions: (key) => objects.get(key) ?? [],
    keys: (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    keep: (key, bytes) => void clips.set(key, bytes),
    kept: (key) => clips.get(key),
    deleteAll(sessionId) {
      for (const kept of [objects, clips]) {
        for (const key of kept.keys()) if (isOf(sessionId, key)) kept.delete(key);
      }
    },
    holds: (sessionId) => [...objects.keys(), ...clips.keys()].some((key) => isOf(sessionId, key)),
    remove: (key) => void objects.delete(key),
    keyOf: (sessionId, trackId) => {
      const place = `${audioFolder(sessionId)}${trackId}.`;
      return [...objects.keys()].findLast((key) => key.startsWith(place)) ?? place;
    },
    hash: async (source) => versionOf(source)?.sha256 ?? '',
    copy: async (source, key) => {
      const object = versionOf(source);
      if (!object) throw new Error('The object is gone.');
      return { bucket: source.bucket, key, versionId: bucket.put(key, object).versionId };
    },
    async inspect(source) {
      const found = versionOf(source);
      if (!found) return { inspection: missing, size: 0 };
      const { versionId, sha256, content, size } = found;
      const inspection: Inspection = content === 'text' ? notAudio : song;
      return { inspection, size, sha256, versionId };
    },
    find: async (source, { sha256 }) => {
      if (versionOf(source)) return source;
      const { versionId: _gone, ...newest } = source;
      const found = versionOf(newest);
      return found?.sha256 === sha256 ? { ...newest, versionId: found?.versionId } : undefined;
    },
    downloads: {
      get: async ({ key, versionId }) =>
        `${origin}/${name}/${key}?${versionId === undefined ? '' : `versionId=${versionId}&`}X-Amz-Signature=abcdef`,
    },
    fetch: async (url) =>
      bucket.at(String(url)).object ? new Response(Buffer.from(sound)) : new Response(null, { status: 404 }),
    at(url) {
      const { pathname, searchParams } = new URL(url);
      const key = pathname.slice(name.length + 2);
      return { key, object: versionOf({ key, versionId: searchParams.get('versionId') ?? undefined }) };
    },
    close: () => void buckets.delete(name),
  };
  buckets.set(name, bucket);
  return bucket;
}

/** Keys of a session's files begin with what they are and its id. */
const isOf = (sessionId: string, key: string) => key.split('/')[1] === sessionId;

const song: Inspection = { usable: true, format: 'WAV', extension: 'wav', durationSeconds: 60 };
const notAudio: Inspection = {
  usable: false,
  problem: 'not-audio',
  reason: 'is not audio: leave it out or replace it',
};
const missing: Inspection = {
  usable: false,
  problem: 'missing',
  reason: 'is not in the bucket: upload it',
};
