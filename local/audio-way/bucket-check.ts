import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { foreignWords, httpStatusOf, withoutSecrets } from '../../functions/shared/aws-answer.ts';
import type { Problem } from '../../functions/shared/errors.ts';
import { redirectOf } from '../server-words.ts';
import { isOnThisMachine } from '../this-machine.ts';
import { type BucketAddress, keyBelow } from './bucket-address.ts';
import type { BucketService } from './bucket-client.ts';
import {
  adviceOn,
  type BucketContext,
  denied,
  explainBucketError,
  isUnknownOperation,
  noS3,
  otherRegion,
  type Step,
  signInAgain,
  silent,
  withoutKey,
} from './bucket-errors.ts';
import { type Lookup, reachOf, tooNear } from './reach.ts';
import { type Pause, repeated } from './repeat-request.ts';

/** Minutes that a link must hold at least: the provider fetches within some minutes of a submission. */
export const shortestLinkMinutes = 10;
/** Milliseconds without an answer to one request of the probe, which is small: doctor waits 35 s for all of them. */
const silenceMs = 20_000;
/** The same once a request got none: the probe is still deleted where that can be done. */
const silenceAgainMs = 5000;
/** S3 takes 15 minutes off for wrong; a link that is made five off ends, or begins, at the wrong time. */
const largestSkewMs = 5 * 60_000;

export interface BucketCheck {
  readonly address: BucketAddress;
  readonly env: BucketContext['env'];
  /** Base URL of the provider's API. */
  readonly provider: string;
  readonly keep: boolean;
  readonly fetch: typeof fetch;
  /** Addresses of a host; the system's unless given. */
  readonly lookup?: Lookup | undefined;
  readonly now: () => number;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  /** Called with what is no problem, and a person should know. */
  readonly note?: ((words: string) => void) | undefined;
}

/** Ends the check with what was found. */
class Found extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Does with a probe all that will be done with audio: puts it, fetches it by a signed URL as the provider would, compares
 * the bytes, begins an upload in parts and ends it, deletes all of it.
 * @returns the first problem, with what to do
 */
export async function checkBucket(service: BucketService, check: BucketCheck): Promise<Problem | undefined> {
  const left = new Set<string>();
  try {
    await probe(service, check, left);
    // Who keeps all needs no permission to delete.
    if (left.size > 0) check.note?.(leftWords(left, check.address));
    return undefined;
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    const { where, message } = error.problem;
    return { where, message: left.size === 0 ? message : `${message} ${leftWords(left, check.address)}` };
  }
}

/** Names what a person has to delete, for the probe could not. */
function leftWords(left: ReadonlySet<string>, { bucket }: BucketAddress): string {
  const names = [...left].map((key) => `s3://${bucket}/${key}`);
  return `What the probe put there stays, for it could not be deleted. To be deleted by you: ${names.join(', ')}.`;
}

/** @param left keys of what is there now: of objects, and of an upload in parts that has not ended */
async function probe(service: BucketService, check: BucketCheck, left: Set<string>): Promise<void> {
  const { client } = service;
  const { address, keep, signal } = check;
  const context = { address, service, env: check.env };
  let patience = silenceMs;
  const attempt: Attempt = async (step, work) => {
    try {
      // A person waits for the answer: once more, not for minutes.
      return await repeated(signal, check.pause, () => unlessSilent(work, patience, signal), { attempts: 2 });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Silence)) throw new Found(explainBucketError(error, step, context));
      const seconds = patience / 1000;
      patience = silenceAgainMs;
      throw new Found(silent(seconds, context));
    }
  };
  await requireReach(service, check);
  await requireLongCredentials(service, check);

  const Key = keyBelow(address, `chirpsmith-probe-${randomBytes(6).toString('hex')}.txt`);
  const at = { Bucket: address.bucket, Key };
  const url = await getSignedUrl(client, new GetObjectCommand(at), { expiresIn: 300 });
  const unsigned = url.replace(/\?.*$/s, '');
  const before = check.now();
  const answer = (link: string) => attempt('get', (ended) => answerOf(check, link, ended));
  const first = await answer(unsigned);
  requireClock(first.date, before, check.now(), service);
  // S3 refuses such a request: what grants it answers everything alike.
  if (first.status === 200) throw new Found(noS3(foreignWords(first), context));
  const region = first.region;
  if (region !== undefined && region !== service.region) throw new Found(otherRegion(region, context));

  const bytes = `Chirpsmith tries whether a provider can fetch from here: ${randomBytes(24).toString('hex')}\n`;
  const put = new PutObjectCommand({ ...at, Body: bytes, ContentType: 'text/plain' });
  const { VersionId } = await attempt('put', (ended) => client.send(put, { abortSignal: ended }));
  left.add(Key);
  /** Deletes an object of the probe; where all is kept, it may stay. */
  const remove: Remove = async (key, versionId) => {
    const object = new DeleteObjectCommand({ ...at, Key: key, VersionId: versionId });
    try {
      const step = versionId === undefined ? 'delete' : 'deleteVersion';
      await attempt(step, (ended) => client.send(object, { abortSignal: ended }));
      left.delete(key);
    } catch (error) {
      signal.throwIfAborted();
      if (!keep) throw error;
    }
  };
  let failed = true;
  try {
    const open = await answer(unsigned);
    if (open.status === 200) throw new Found(isPublic(address));
    requireSameBytes(await answer(url), bytes, context);
    await tryParts(service, check, `${Key}.parts`, { attempt, remove, left });
    failed = false;
  } finally {
    await remove(Key, VersionId).catch((error: unknown) => {
      // The first problem counts.
      if (!failed) throw error;
    });
  }
}

/** @param work one request, which ends with the signal */
type Attempt = <T>(step: Step, work: (ended: AbortSignal) => Promise<T>) => Promise<T>;

/** Nothing came back. */
class Silence extends Error {}

async function unlessSilent<T>(
  work: (ended: AbortSignal) => Promise<T>,
  ms: number,
  signal: AbortSignal,
): Promise<T> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), ms);
  try {
    return await work(AbortSignal.any([signal, silence.signal]));
  } catch (error) {
    throw silence.signal.aborted ? new Silence() : error;
  } finally {
    clearTimeout(timer);
  }
}
type Remove = (key: string, versionId: string | undefined) => Promise<void>;

/**
 * Large files go in parts, and an upload that was cut off is ended. Where the service does not end it, this one is made
 * whole and deleted, so that nothing is left of the probe.
 */
async function tryParts(
  { client, endpoint }: BucketService,
  { address, note }: BucketCheck,
  Key: string,
  {
    attempt,
    remove,
    left,
  }: { readonly attempt: Attempt; readonly remove: Remove; readonly left: Set<string> },
): Promise<void> {
  const at = { Bucket: address.bucket, Key };
  const { UploadId } = await attempt('put', (ended) =>
    client.send(new CreateMultipartUploadCommand(at), { abortSignal: ended }),
  );
  const upload = { ...at, UploadId };
  left.add(Key);
  /** How the service answers: not at all like this, that there is no such upload, or with success. */
  const answer = (work: (options: { abortSignal: AbortSignal }) => Promise<unknown>) =>
    attempt('parts', (ended) =>
      work({ abortSignal: ended }).then(
        () => 'done' as const,
        (error: unknown) => {
          if (isUnknownOperation(error)) return 'unknown' as const;
          if (httpStatusOf(error) === 404) return 'gone' as const;
          throw error;
        },
      ),
    );
  const aborted = await answer((options) => client.send(new AbortMultipartUploadCommand(upload), options));
  const listed = await answer((options) => client.send(new ListPartsCommand(upload), options));
  if (aborted !== 'unknown' && listed !== 'done') {
    left.delete(Key);
    return;
  }
  note?.(
    `${endpoint.host} does not end uploads in parts: what a kill cuts off takes room there, unseen. Give the bucket a lifecycle rule that ends them (AbortIncompleteMultipartUpload), or end them by the service's own means.`,
  );
  const part = new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'Chirpsmith' });
  const { ETag } = await attempt('put', (ended) => client.send(part, { abortSignal: ended }));
  const whole = new CompleteMultipartUploadCommand({
    ...upload,
    MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
  });
  const { VersionId } = await attempt('put', (ended) => client.send(whole, { abortSignal: ended }));
  await remove(Key, VersionId);
}

/** A provider that is further away finds itself, or nothing, at an address of this machine or of a private network. */
async function requireReach(
  { endpoint, setting, isAws }: BucketService,
  { provider, lookup }: BucketCheck,
): Promise<void> {
  if (isAws || isOnThisMachine(provider)) return;
  const near = await tooNear(endpoint.href, provider, lookup);
  if (near !== undefined) {
    const place = near === 'this machine' ? 'on this machine' : 'in a private network';
    const words = `${endpoint.host} is ${place}, and ${new URL(provider).host} cannot reach it.`;
    throw new Found({ where: setting, message: `${words} Use a service in the internet, or --public-url.` });
  }
  if (endpoint.protocol === 'http:' && (await reachOf(endpoint.href, lookup)) === 'anywhere') {
    const message = 'It begins with http://, and the audio would travel unencrypted: use https://.';
    throw new Found({ where: setting, message });
  }
}

/** Temporary credentials end a link with themselves. */
async function requireLongCredentials({ client }: BucketService, { now }: BucketCheck): Promise<void> {
  const { expiration } = await client.config.credentials();
  if (expiration === undefined) return;
  const minutes = Math.floor((expiration.getTime() - now()) / 60_000);
  if (minutes < shortestLinkMinutes) throw new Found(endingCredentials(minutes));
}

/** @param minutes that are left; below 0 when they have ended */
export function endingCredentials(minutes: number): Problem {
  const words = minutes < 0 ? 'They have expired.' : `They end in ${minutes} min, and the links with them.`;
  return { where: 'AWS credentials', message: `${words} ${signInAgain}` };
}

interface Seen {
  readonly status: number;
  readonly date: number;
  readonly region: string | undefined;
  readonly location: string | undefined;
  readonly text: string;
  readonly type: string | undefined;
  readonly line: string | undefined;
}

/** One GET as the provider would make it: no header of ours, no redirect followed. */
async function answerOf({ fetch }: BucketCheck, url: string, signal: AbortSignal): Promise<Seen> {
  const response = await fetch(url, { redirect: 'manual', signal });
  const text = (await response.text()).slice(0, 10_000);
  return {
    status: response.status,
    date: Date.parse(response.headers.get('date') ?? ''),
    region: response.headers.get('x-amz-bucket-region') ?? undefined,
    location: response.headers.get('location') ?? undefined,
    text,
    type: response.headers.get('content-type') ?? undefined,
    line: text.split(/[\r\n]+/).find((one) => one.trim() !== ''),
  };
}

/** @param date of the service, in whole seconds; not a number where it sent none */
function requireClock(
  date: number,
  before: number,
  after: number,
  { endpoint, setting }: BucketService,
): void {
  if (Number.isNaN(date)) return;
  const ahead = before > date ? before - date - 1000 : after < date ? after - date : 0;
  if (Math.abs(ahead) <= largestSkewMs) return;
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  if (isOnThisMachine(endpoint.href)) {
    // This machine's own clock cannot be off from itself: the service has another one, or was given one.
    const words = `The clock of ${endpoint.host} is ${minutes} min ${ahead > 0 ? 'behind' : 'ahead of'} that of this machine, so links would not hold.`;
    const message = `${words} Set it, or restart the container or virtual machine in which the service runs.`;
    throw new Found({ where: setting, message });
  }
  const words = `It is ${minutes} min ${ahead > 0 ? 'ahead of' : 'behind'} ${endpoint.host}, so links would not hold.`;
  throw new Found({ where: "this machine's clock", message: `${words} Let it be set by the network (NTP).` });
}

const isPublic = ({ bucket }: BucketAddress): Problem => ({
  where: '--audio-bucket',
  message: `${bucket} is public: the probe was answered without a signature. Make it private ("Block all public access").`,
});

function requireSameBytes(
  seen: Seen,
  bytes: string,
  context: BucketContext & { readonly service: BucketService },
): void {
  const { status, text, location } = seen;
  if (status === 200 && text === bytes) return;
  const { endpoint, setting } = context.service;
  const code = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1];
  const said = `HTTP ${status} ${code ?? withoutKey(withoutSecrets(text), context.env)}`;
  if (status === 403 && code === 'AccessDenied') throw new Found(denied('get', context, said));
  const at = `A signed link to ${endpoint.host}`;
  const redirect = redirectOf(location, endpoint);
  const message =
    status === 200
      ? `${at} brought other bytes than were put there: ${withoutKey(foreignWords(seen), context.env)}. Is a cache or another server at this address?`
      : location !== undefined
        ? `${at} was redirected to ${redirect?.to ?? 'another address'}, which a provider may not follow. ${
            redirect?.isSameAddress
              ? 'Let the service answer itself, without a page or a sign-in before it.'
              : 'Use that address as endpoint.'
          }`
        : `${at} was answered ${said}. ${adviceOn(status)}`;
  throw new Found({ where: setting, message });
}
