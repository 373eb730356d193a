import type { AudioUnderWay, CopyRetry, LinkedAudio } from '../../functions/shared/audio-links.ts';
import { ChirpsmithError, type Problem } from '../../functions/shared/errors.ts';
import { defaultPort, portOf } from '../ports.ts';
import { isOnThisMachine, isPrivateAddress } from '../this-machine.ts';

/** One object of the local bucket. */
export interface AudioObject {
  readonly key: string;
  readonly versionId?: string | undefined;
  /** The file's own name; the key's last part unless given. */
  readonly file?: string | undefined;
  /** Bytes, where they are known. */
  readonly size?: number | undefined;
  /** As it was recorded, in hex. */
  readonly sha256?: string | undefined;
}

/** What is wrong with a way, and what to do: `where` names the flag or the variable. */
export interface AudioWayProblem {
  readonly summary: string;
  readonly problems: readonly Problem[];
}

/** How far a copy is. */
export interface CopyProgress {
  /** Bytes that are there. */
  readonly sent: number;
  /** What failed last, and the number of the attempt that comes after it. */
  readonly retry?: CopyRetry | undefined;
}

/** How a provider elsewhere gets the audio that lies on this machine. */
export interface AudioWay {
  readonly kind: 'tunnel' | 'bucket';
  /** For a person: `https://music.example` or `s3://name/prefix`. */
  readonly name: string;
  /** What to do when a link to a file is answered with this status, or not at all. */
  advice(status: number | 'none'): string;
  /** Fetches a probe as the provider would. Nothing is sent to the provider. */
  check(signal: AbortSignal): Promise<AudioWayProblem | undefined>;
  /** What the last check saw that is no problem, and a person should know. */
  note?(): string | undefined;
  /**
   * Copies the objects to where the provider can fetch them; a tunnel has nothing to copy. Running it again does what
   * is left.
   * @param progress how far one object is
   * @throws ChirpsmithError BadInput naming the flag, when it cannot be done like this; Cancelled when `remove` ended it
   */
  publish(
    sessionId: string,
    objects: readonly AudioObject[],
    progress: (key: string, at: CopyProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * A signed URL, made now; or how far the copy is, which this call begins where nothing was published.
   * @throws ChirpsmithError BadInput naming the flag, when it cannot be copied
   */
  link(sessionId: string, object: AudioObject): Promise<LinkedAudio | AudioUnderWay>;
  /** Headers of our own requests, by which the way knows them. */
  readonly ownHeaders?: Readonly<Record<string, string>>;
  /** Has anyone but us fetched an object since its first link was made? Undefined where the way cannot see it. */
  fetched?(object: AudioObject): boolean | undefined;
  /** Deletes what was put there for a session, unless it is to be kept. */
  remove(sessionId: string): Promise<void>;
  /** Sessions of which something may be there, from earlier runs of the stack too; a tunnel has none. */
  sessions?(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Which way was asked for. Nothing was opened or tried for it yet. */
export type ChosenWay =
  | { readonly kind: 'tunnel'; readonly publicUrl: string }
  | {
      readonly kind: 'bucket';
      readonly bucket: string;
      /** Without a slash at its ends; empty for the whole bucket. */
      readonly prefix: string;
      readonly keep: boolean;
    }
  /** The provider is elsewhere, and no way was named. */
  | { readonly kind: 'missing' }
  /** The sandbox, or a provider on this machine: it reaches the local S3. */
  | { readonly kind: 'not needed' };

/** The variables in place of the flags `--public-url`, `--audio-bucket` and `--keep-audio`. */
export const wayVariables = {
  publicUrl: 'CHIRPSMITH_PUBLIC_URL',
  audioBucket: 'CHIRPSMITH_AUDIO_BUCKET',
  keepAudio: 'CHIRPSMITH_KEEP_AUDIO',
} as const;

/** For a person; as `s3://` where it is a bucket. */
export function nameOf(way: ChosenWay): string {
  if (way.kind === 'tunnel') return way.publicUrl;
  if (way.kind === 'bucket') return `s3://${way.bucket}${way.prefix === '' ? '' : `/${way.prefix}`}`;
  return 'none';
}

/** What cannot be a `--public-url`; undefined when it can be one. */
export function publicUrlProblem(given: string): string | undefined {
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol)) return 'It is not a URL, as in https://music.example.com.';
  if (url.username !== '' || url.password !== '') {
    return 'It holds a user name or a password. A provider cannot send one: leave it out, and let the tunnel ask for none.';
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(given)) {
    return 'It has a query or a fragment: give the address alone, as in https://music.example.com.';
  }
  if (url.protocol === 'http:' && !isOnThisMachine(given) && !isPrivateAddress(url.hostname)) {
    return 'It begins with http://, and the audio would travel unencrypted: use the https:// address of the tunnel.';
  }
  return undefined;
}

const bucketPattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** What cannot be an `--audio-bucket`; undefined when it can be one. */
export function audioBucketProblem(given: string): string | undefined {
  const [, bucket, prefix = ''] = bucketPattern.exec(given) ?? [];
  if (bucket === undefined) {
    return 'It is not the name of a bucket, as in s3://my-bucket or s3://my-bucket/chirpsmith.';
  }
  if (!/^[\w!.*'()/-]*$/.test(prefix) || /(^|\/)\.{1,2}(\/|$)|\/\//.test(prefix)) {
    return 'Its prefix has characters that make trouble in URLs: use letters, digits, -, _ and single /.';
  }
  return prefix.length > 200 ? 'Its prefix is longer than 200 characters.' : undefined;
}

const yes = new Set(['yes', 'true', '1', 'on']);
const no = new Set(['', 'no', 'false', '0', 'off']);

/**
 * The way that the variables name; a flag has been put into its variable before.
 * @throws ChirpsmithError BadInput naming the variable
 */
export function chosenWay(env: Readonly<Record<string, string | undefined>>): ChosenWay {
  const { PROVIDER_BASE_URL: provider } = env;
  const publicUrl = env[wayVariables.publicUrl]?.trim() || undefined;
  const audioBucket = env[wayVariables.audioBucket]?.trim() || undefined;
  const keep = (env[wayVariables.keepAudio] ?? '').trim().toLowerCase();
  const problems: Problem[] = [];
  const check = (where: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ where, message });
  };
  if (publicUrl !== undefined && audioBucket !== undefined) {
    const message = `${wayVariables.audioBucket} is set as well, and the audio goes one way: unset one of them.`;
    check(wayVariables.publicUrl, message);
  }
  if (publicUrl !== undefined) check(wayVariables.publicUrl, publicUrlProblem(publicUrl));
  if (audioBucket !== undefined) check(wayVariables.audioBucket, audioBucketProblem(audioBucket));
  if (!yes.has(keep) && !no.has(keep)) check(wayVariables.keepAudio, 'It is neither yes nor no.');
  if (problems.length > 0) {
    throw new ChirpsmithError('BadInput', 'The audio cannot go this way.', { problems });
  }
  if (publicUrl !== undefined) {
    return { kind: 'tunnel', publicUrl: new URL(publicUrl).href.replace(/\/+$/, '') };
  }
  if (audioBucket !== undefined) {
    const [, bucket = '', prefix = ''] = bucketPattern.exec(audioBucket) ?? [];
    return { kind: 'bucket', bucket, prefix: prefix.replace(/^\/+|\/+$/g, ''), keep: yes.has(keep) };
  }
  return provider && !isOnThisMachine(provider) ? { kind: 'missing' } : { kind: 'not needed' };
}

/**
 * Why a provider elsewhere gets no audio from here.
 * @param firstPort of the row in which the stack has, or will have, its public door
 */
export function missingWay(provider: string, firstPort = defaultPort): AudioWayProblem {
  const host = URL.parse(provider)?.host ?? provider;
  const door = `http://127.0.0.1:${portOf('the public door', firstPort)}`;
  return {
    summary: `${host} cannot fetch audio from this machine. Name a way for it; docs/real-model.md has both.`,
    problems: [
      { where: '--public-url', message: `The https:// address of a tunnel that leads to ${door}; or` },
      { where: '--audio-bucket', message: 's3://name/prefix of a bucket of your own.' },
    ],
  };
}
