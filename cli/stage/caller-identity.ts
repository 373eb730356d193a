import { createHash, createHmac } from 'node:crypto';
import { SFNClient } from '@aws-sdk/client-sfn';
import { ChirpsmithError } from '../../functions/shared/errors.ts';

/** Whose credentials these are. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

const timeoutMs = 20_000;
const body = 'Action=GetCallerIdentity&Version=2011-06-15';
const contentType = 'application/x-www-form-urlencoded';

/**
 * Whose credentials the shell has, by STS's GetCallerIdentity, which everybody may call. Signed here: a client for
 * this one call would be a dependency more.
 * @returns nothing where there are no credentials
 * @throws ChirpsmithError when STS refuses them, or gives no answer
 */
export async function callerIdentity(
  region: string,
  {
    environment = process.env,
    credentials = () => new SFNClient({ region }).config.credentials(),
    now = () => new Date(),
  }: {
    environment?: NodeJS.ProcessEnv;
    /** As the SDK finds them: variables, profiles, single sign-on, a role. */
    credentials?: () => Promise<Credentials>;
    now?: () => Date;
  } = {},
): Promise<CallerIdentity | undefined> {
  let found: Credentials;
  try {
    found = await credentials();
  } catch {
    return undefined;
  }
  const url = new URL(environment.AWS_ENDPOINT_URL_STS || `https://sts.${region}.amazonaws.com/`);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: signed(found, { url, region, at: now() }),
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new ChirpsmithError('StorageUnavailable', `${url.host} gives no answer: is there a network?`, {
      cause: error,
    });
  }
  const text = await response.text();
  const account = /<Account>(\d{12})<\/Account>/.exec(text)?.[1];
  const arn = /<Arn>([^<]+)<\/Arn>/.exec(text)?.[1];
  if (account !== undefined && arn !== undefined) return { account, arn };
  const code = /<Code>([A-Za-z]+)<\/Code>/.exec(text)?.[1] ?? `HTTP ${response.status}`;
  throw new ChirpsmithError(
    'StorageUnavailable',
    `AWS refuses the credentials (${code}): sign in again, or set AWS_PROFILE to another profile.`,
  );
}

/** Signature Version 4, for exactly this request. */
function signed(
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  { url, region, at }: { url: URL; region: string; at: Date },
): Record<string, string> {
  const date = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = [date.slice(0, 8), region, 'sts', 'aws4_request'];
  const headers: Record<string, string> = {
    'content-type': contentType,
    host: url.host,
    'x-amz-date': date,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(headers).sort().join(';');
  const lines = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  const canonical = [
    'POST',
    url.pathname,
    '',
    ...lines.map((line) => line.join(':')),
    '',
    names,
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const credential = [accessKeyId, ...scope].join('/');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${hmac(key, toSign).toString('hex')}`;
  const { host: _, ...sent } = headers;
  return { ...sent, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
