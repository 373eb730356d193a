import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { AudioUnderWay, CopyRetry, LinkedAudio } from '../../functions/shared/audio-links.ts';
import { ChirpsmithError, type Problem } from '../../functions/shared/errors.ts';
import { mapConcurrent } from '../../functions/shared/map-concurrent.ts';
import { createDownloadUrls } from '../../functions/storage/upload-urls.ts';
import type { AudioObject, AudioWay, ChosenWay } from './audio-way.ts';
import { bucketName, publishedKey } from './bucket-address.ts';
import { type BucketCheck, checkBucket, endingCredentials, shortestLinkMinutes } from './bucket-check.ts';
import { type BucketService, findBucketService } from './bucket-client.ts';
import { denied, explainBucketError, type Step } from './bucket-errors.ts';
import { settingsOfBucket } from './bucket-settings.ts';
import { publishObject, stateThere } from './publish-object.ts';
import {
  hasPublished,
  openPublishedJournal,
  type PublishedEntry,
  type PublishedJournal,
} from './published-journal.ts';
import type { Lookup } from './reach.ts';
import { removeObjects } from './remove-objects.ts';
import { type Pause, pause } from './repeat-request.ts';

/** Milliseconds that a stack which ends waits for deletions: it has to end within two seconds. */
const removeWithinMs = 1200;
/** Files that are sent at the same time. */
const filesAtOnce = 3;

/** What the stack gives to a bucket of one's own: `openAudioWay` in open-audio-way.ts calls it, at the start. */
export interface OwnBucketOptions {
  readonly chosen: Extract<ChosenWay, { kind: 'bucket' }>;
  /** Where AWS_ENDPOINT_URL_S3 and a proxy come from; credentials and region are read by the SDK from the process. */
  readonly env: NodeJS.ProcessEnv;
  /** Base URL of the provider's API. */
  readonly provider: string;
  /** For what is to be remembered over a restart: a folder of its own in the home, which may not exist yet. */
  readonly directory: string;
  /** Minutes for which a URL for the provider holds: `urls.download` of the stage's settings. */
  readonly linkMinutes: number;
  /** Opens an object of the local bucket, from a byte on. */
  open(object: AudioObject, from?: number): Promise<{ readonly body: Readable; readonly size: number }>;
  /** Path of the stack's log, for messages. */
  readonly logFile: string;
  /** One line for it; never with a signed URL. */
  log(line: string): void;
  /** As the provider would fetch; the global one unless given. */
  readonly fetch?: typeof fetch;
  /** Addresses of a host; the system's unless given. */
  readonly lookup?: Lookup | undefined;
  readonly now?: () => number;
  readonly pause?: Pause;
}

/** A copy that goes on, or has failed and waits for the next question. */
interface Copy {
  sent: number;
  size: number;
  done: Promise<void>;
  retry?: CopyRetry;
  failure?: unknown;
}

/** What is copied for a session, and what ends it. */
interface Copying {
  readonly ending: AbortController;
  /** By key in the person's bucket. */
  readonly copies: Map<string, Copy>;
}

interface Connected {
  readonly service: BucketService;
  readonly journal: PublishedJournal;
}

/**
 * A bucket of the person's own, at AWS or any service that speaks S3. Nothing is asked of it before the first call, so
 * that a stack starts without a network.
 */
export async function openOwnBucket(options: OwnBucketOptions): Promise<AudioWay> {
  const { chosen: address, directory, now = Date.now, pause: wait = pause } = options;
  const { bucket } = address;
  const name = bucketName(address);
  const closing = new AbortController();
  const running = new Map<string, Copying>();
  const removals = new Map<string, Promise<void>>();
  /** Keys that are copied once more, for the service hid them. */
  const hidden = new Set<string>();
  let note: string | undefined;
  let opened: Promise<Connected> | undefined;

  const connected = () => {
    opened ??= connect(options).catch((error: unknown) => {
      // Credentials may be there at the next call.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const serviceOf = () => opened?.then(({ service }) => service).catch(() => undefined);
  /** @throws ChirpsmithError BadInput with what to do, for any error of the bucket */
  const explained = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ChirpsmithError || closing.signal.aborted) throw error;
      const problem = explainBucketError(error, step, {
        address,
        service: await serviceOf(),
        env: options.env,
      });
      throw new ChirpsmithError('BadInput', `The audio could not go through ${name}.`, {
        problems: [problem],
      });
    }
  };
  const copyingOf = (sessionId: string): Copying => {
    const known = running.get(sessionId) ?? { ending: new AbortController(), copies: new Map() };
    running.set(sessionId, known);
    return known;
  };

  /** The copy of one object: the one that goes on, or a new one. */
  async function copyOf(sessionId: string, object: AudioObject): Promise<Copy> {
    const { service, journal } = await connected();
    // A session that is resumed while its audio is deleted.
    await removals.get(sessionId);
    const key = publishedKey(address, sessionId, object);
    const { ending, copies } = copyingOf(sessionId);
    const known = copies.get(key);
    if (known && known.failure === undefined) return known;
    const copy: Copy = { sent: 0, size: object.size ?? 0, done: Promise.resolve() };
    copies.set(key, copy);
    const job = {
      client: service.client,
      bucket,
      key,
      entry: journal.objects(sessionId).get(key),
      open: () => options.open(object),
      remember: (entry: PublishedEntry) => journal.set(sessionId, key, entry),
      onProgress: (sent: number, size: number) => void Object.assign(copy, { sent, size }),
      onRetry(error: unknown) {
        const context = { address, service, env: options.env, goesOn: true };
        const { message: reason } = explainBucketError(error, 'put', context);
        copy.retry = { attempt: (copy.retry?.attempt ?? 1) + 1, reason };
      },
      signal: AbortSignal.any([closing.signal, ending.signal]),
      pause: wait,
    };
    copy.done = explained('put', () => publishObject(job));
    copy.done.then(
      () => copies.delete(key),
      (error: unknown) => {
        copy.failure = error;
      },
    );
    return copy;
  }

  async function link(sessionId: string, object: AudioObject): Promise<LinkedAudio | AudioUnderWay> {
    const { service, journal } = await connected();
    const { client } = service;
    await removals.get(sessionId);
    const key = publishedKey(address, sessionId, object);
    const { copies } = copyingOf(sessionId);
    const copy = copies.get(key);
    if (copy?.failure !== undefined) {
      // Once: the next question begins it again.
      copies.delete(key);
      throw copy.failure;
    }
    const entry = journal.objects(sessionId).get(key);
    const job = { client, bucket, key, entry, signal: closing.signal, pause: wait };
    const state = copy ? 'gone' : await stateThere(job, { attempts: 2 });
    // Put once more it would be hidden again.
    if (state === 'hidden' && hidden.delete(key)) {
      const problems = [denied('get', { address, service, env: options.env }, 'HTTP 403')];
      throw new ChirpsmithError('BadInput', `The audio could not go through ${name}.`, { problems });
    }
    if (state === 'hidden') hidden.add(key);
    if (state === 'there') {
      hidden.delete(key);
      const minutes = await minutesOfLink(client, options.linkMinutes, now());
      const urls = createDownloadUrls({ client, bucket, minutes });
      return { url: await urls.get({ key, file: object.file }) };
    }
    const { sent, size } = await copyOf(sessionId, object);
    return { sent, size };
  }

  async function remove(sessionId: string): Promise<void> {
    const copying = running.get(sessionId);
    running.delete(sessionId);
    copying?.ending.abort(new ChirpsmithError('Cancelled', 'The session is done.'));
    await settled(copying);
    if (!opened && !hasPublished(directory)) return;
    const { service, journal } = await connected();
    const { client } = service;
    const { keep } = address;
    await removeObjects(sessionId, journal, { client, bucket, keep, signal: closing.signal, pause: wait });
  }

  return {
    kind: 'bucket',
    name,
    advice: bucketAdvice,

    note: () => note,

    async check(signal) {
      note = undefined;
      const problem = await checkOwnBucket(connected, {
        env: options.env,
        address,
        provider: options.provider,
        keep: address.keep,
        fetch: options.fetch ?? fetch,
        lookup: options.lookup,
        now,
        pause: wait,
        signal: AbortSignal.any([signal, closing.signal]),
        note(words) {
          note = note === undefined ? words : `${note} ${words}`;
        },
      });
      return problem && { summary: `The audio cannot go through ${name}.`, problems: [problem] };
    },

    publish: (sessionId, objects, progress, signal) => {
      const one = async (object: AudioObject, ended: AbortSignal) => {
        const copy = await copyOf(sessionId, object);
        const tell = () => progress(object.key, { sent: copy.sent, retry: copy.retry });
        const timer = setInterval(tell, 200);
        try {
          await unlessAborted(copy.done, ended);
        } finally {
          clearInterval(timer);
        }
        tell();
      };
      const until = AbortSignal.any([signal, closing.signal]);
      return explained('put', async () => void (await mapConcurrent(objects, filesAtOnce, one, until)));
    },

    link: (sessionId, object) => explained('get', () => link(sessionId, object)),

    remove(sessionId) {
      const removal = explained('delete', () => remove(sessionId)).catch(async (error: unknown) => {
        const words = error instanceof ChirpsmithError ? error.problems[0]?.message : undefined;
        const connection = await opened?.catch(() => undefined);
        connection?.journal.blame(
          sessionId,
          words ?? `An error in Chirpsmith itself: ${options.logFile} has it.`,
        );
        throw error;
      });
      const ended = removal.then(
        () => {},
        () => {},
      );
      removals.set(sessionId, ended);
      ended.then(() => removals.get(sessionId) === ended && removals.delete(sessionId));
      return removal;
    },

    sessions: async () => (hasPublished(directory) ? (await connected()).journal.sessions() : []),

    async close() {
      // What is left of them is done at the next start.
      await Promise.race([Promise.all(removals.values()), delay(removeWithinMs, undefined, { ref: false })]);
      closing.abort(new Error('The stack ends.'));
      for (const copying of running.values()) await settled(copying);
      (await serviceOf())?.client.destroy();
    },
  };
}

/** What to do when a link to what was just put there is answered so, or not at all. */
function bucketAdvice(status: number | 'none'): string {
  if (status === 403) return "The service refuses the link: was the bucket's policy or your key changed?";
  if (status === 404) return 'The audio is not there any more: was it deleted, or the whole bucket?';
  return 'Is the service well, and does its address lead to the internet? npx chirpsmith doctor tries it.';
}

async function connect({ chosen, env, directory }: OwnBucketOptions): Promise<Connected> {
  const service = await findBucketService(chosen, env);
  const place = {
    at: `${service.endpoint.href}${chosen.bucket}`,
    name: bucketName(chosen),
    settings: settingsOfBucket(env),
  };
  return { service, journal: openPublishedJournal(directory, place) };
}

async function checkOwnBucket(
  connected: () => Promise<Connected>,
  check: BucketCheck,
): Promise<Problem | undefined> {
  let service: BucketService | undefined;
  try {
    ({ service } = await connected());
    return await checkBucket(service, check);
  } catch (error) {
    check.signal.throwIfAborted();
    return explainBucketError(error, 'put', { address: check.address, service, env: check.env });
  }
}

/**
 * Minutes for which a link holds: temporary credentials end it with themselves.
 * @throws ChirpsmithError BadInput when they end before a provider has fetched
 */
async function minutesOfLink(client: S3Client, wanted: number, now: number): Promise<number> {
  const { expiration } = await client.config.credentials();
  const left = expiration === undefined ? wanted : Math.floor((expiration.getTime() - now) / 60_000);
  if (left >= Math.min(wanted, shortestLinkMinutes)) return Math.min(wanted, left);
  throw new ChirpsmithError('BadInput', 'No link to the audio can be made.', {
    problems: [endingCredentials(left)],
  });
}

async function settled(copying: Copying | undefined): Promise<void> {
  await Promise.allSettled([...(copying?.copies.values() ?? [])].map(({ done }) => done));
}

function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
