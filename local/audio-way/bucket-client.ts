import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ownEndpoint } from '../../functions/shared/aws-answer.ts';
import { proxyVariables } from '../proxy.ts';
import type { BucketAddress } from './bucket-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The service that holds the person's bucket. */
export interface BucketService {
  readonly client: S3Client;
  /** `https://host` as requests reach it, without the bucket. */
  readonly endpoint: URL;
  readonly isAws: boolean;
  /** The region that is signed for, and whether the person has set one. */
  readonly region: string;
  readonly regionIsSet: boolean;
  /** The variable or flag that leads to this endpoint. */
  readonly setting: string;
}

/** Milliseconds until a connection must be made, and without a byte in either direction. */
const connectWithinMs = 10_000;
const idleMs = 60_000;

/**
 * Finds the service by the SDK's own rules: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile, or AWS itself; no request
 * is made. Path style for every service but AWS: few others have a name for each bucket.
 * @param settings of the client, beyond the usual ones: for tests
 * @throws the SDK's error when there are no credentials
 */
export async function findBucketService(
  address: BucketAddress,
  environment: Environment,
  settings: S3ClientConfig = {},
): Promise<BucketService> {
  const base = { ...clientSettings(environment), ...settings };
  const trial = new S3Client({ ...base, forcePathStyle: true });
  const region = await trial.config.region().catch(() => undefined);
  const signer =
    region === undefined ? new S3Client({ ...base, forcePathStyle: true, region: 'us-east-1' }) : trial;
  const url = new URL(
    await getSignedUrl(signer, new GetObjectCommand({ Bucket: address.bucket, Key: 'probe' })),
  );
  const isAws = /\.amazonaws\.com(\.cn)?$/.test(url.hostname);
  const chosen = region ?? (isAws ? 'us-east-1' : regionOfHost(url.hostname));
  // One provider of credentials, so that a sign-in is read once.
  const { credentials } = trial.config;
  const client = new S3Client({ ...base, credentials, forcePathStyle: !isAws, region: chosen });
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      await keepRefusal(result.response);
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return {
    client,
    endpoint: new URL(url.origin),
    isAws,
    region: chosen,
    regionIsSet: region !== undefined,
    setting: isAws ? '--audio-bucket' : (endpointVariable(environment) ?? 'endpoint_url'),
  };
}

/** Keeps the body of a refusal: of a page that can be read as XML the SDK forgets what it said. */
async function keepRefusal(response: unknown): Promise<void> {
  if (typeof response !== 'object' || response === null) return;
  const { statusCode, body }: { statusCode?: unknown; body?: unknown } = response;
  if (typeof statusCode !== 'number' || statusCode < 300 || !(body instanceof Readable)) return;
  Object.assign(response, { body: Buffer.concat(await body.toArray()) });
}

/** The variable that names the endpoint; undefined where AWS or a profile does. */
export const endpointVariable = (env: Environment) => ownEndpoint('S3', env)?.setting;

function clientSettings(environment: Environment): S3ClientConfig {
  const proxyEnv = proxyVariables(environment);
  const agent = { keepAlive: true, maxSockets: 16, proxyEnv };
  return {
    // Many services know neither checksum; Content-MD5 is understood by all.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Repeated here: a body that tells its progress is a stream, which the SDK does not send twice.
    maxAttempts: 1,
    // It would warn of every failure that is repeated here, in the stack's own output.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    requestHandler: {
      connectionTimeout: connectWithinMs,
      socketTimeout: idleMs,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
  };
}

/** Services that sign for a region name it in the host: `s3.us-west-004.backblazeb2.com`; R2 calls its one `auto`. */
function regionOfHost(host: string): string {
  if (host.endsWith('.r2.cloudflarestorage.com')) return 'auto';
  return /^s3[.-]([a-z]{2,}-[a-z0-9-]+)\./.exec(host)?.[1] ?? 'us-east-1';
}
