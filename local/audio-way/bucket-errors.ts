import {
  awsErrorWords,
  foreignAnswer,
  foreignWords,
  httpStatusOf,
  networkCode,
} from '../../functions/shared/aws-answer.ts';
import type { Problem } from '../../functions/shared/errors.ts';
import { deadProxy } from '../proxy.ts';
import { notYetValid } from '../server-words.ts';
import { type BucketAddress, keyBelow } from './bucket-address.ts';
import { type BucketService, endpointVariable } from './bucket-client.ts';

/** What the person must be allowed to do, and what each is for. */
export const neededActions = {
  put: ['s3:PutObject'],
  get: ['s3:GetObject'],
  parts: ['s3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
  delete: ['s3:DeleteObject'],
  deleteVersion: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
} as const;

export type Step = keyof typeof neededActions;

/** What was tried, where, and with which service; the service is unknown before credentials were found. */
export interface BucketContext {
  readonly address: BucketAddress;
  readonly service: BucketService | undefined;
  /** Of the person: it names profile and endpoint. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It is tried again: nothing is to be done. */
  readonly goesOn?: boolean;
}

const credentialsSetting = 'AWS credentials';
export const signInAgain = 'Sign in again (aws sso login), or set new ones.';

/**
 * Says what an error of the bucket, or of the way to it, means and what to do. No secret, signature or URL is in it.
 * @throws the error, where it is neither the bucket's nor the way's
 */
export function explainBucketError(error: unknown, step: Step, context: BucketContext): Problem {
  const problem =
    credentialsProblem(error, context) ??
    endpointProblem(error, context) ??
    foreignProblem(error, context) ??
    networkProblem(error, context) ??
    refusal(error, step, context);
  // An error of ours is none of the person's.
  if (!problem) throw error;
  return problem;
}

function endpointProblem(error: unknown, { env }: BucketContext): Problem | undefined {
  if (asError(error).name !== 'EndpointError' && networkCode(error) !== 'ERR_INVALID_URL') return undefined;
  const where = endpointVariable(env) ?? 'endpoint_url';
  return { where, message: 'It is not an http(s) URL, as in https://s3.example.com.' };
}

function credentialsProblem(
  error: unknown,
  { env: { AWS_PROFILE: profile } }: BucketContext,
): Problem | undefined {
  const { name, message } = asError(error);
  if (name === 'ExpiredToken' || name === 'ExpiredTokenException' || name === 'TokenRefreshRequired') {
    return { where: credentialsSetting, message: `They have expired. ${signInAgain}` };
  }
  if (!/CredentialsProviderError|TokenProviderError/.test(name)) return undefined;
  if (/expired|sso login/i.test(message)) {
    return { where: credentialsSetting, message: `The sign-in has expired. ${signInAgain}` };
  }
  if (profile) {
    const words = `The profile ${profile} is not in your AWS configuration, or holds no credentials.`;
    return { where: 'AWS_PROFILE', message: `${words} "aws configure list-profiles" lists those that are.` };
  }
  const words = 'None were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
  return { where: credentialsSetting, message: words };
}

/** Something answered that is no S3. */
function foreignProblem(error: unknown, context: BucketContext): Problem | undefined {
  const answer = foreignAnswer(error);
  return answer && noS3(withoutKey(foreignWords(answer), context.env), context);
}

/** @param said status and first line of what came */
export function noS3(said: string, context: BucketContext): Problem {
  const { service, env } = context;
  const advice = service?.isAws
    ? 'Something on the way answers in its place: a proxy or a firewall.'
    : 'Check the URL: the host, the port, and no name of a bucket in it.';
  return {
    where: service?.setting ?? endpointVariable(env) ?? '--audio-bucket',
    message: `${host(context)} answered ${said}. That is no answer of S3. ${advice}`,
  };
}

/** @param seconds without an answer */
export function silent(seconds: number, context: BucketContext): Problem {
  const { service } = context;
  const advice = service?.isAws ? wayOut : 'Is the service running, and is the port right?';
  return {
    where: service?.setting ?? '--audio-bucket',
    message: `${host(context)} sent nothing for ${seconds} s. ${advice}`,
  };
}

const wayOut = "Check this machine's connection, and HTTPS_PROXY where there is a proxy.";

/** Errors of the connection: nothing answered that could have refused. */
function networkProblem(error: unknown, context: BucketContext): Problem | undefined {
  const code = networkCode(error);
  if (code === undefined) {
    // Of fetch, which refuses some ports and addresses by itself.
    if (!(error instanceof TypeError && error.cause instanceof Error)) return undefined;
    return {
      where: context.service?.setting ?? '--audio-bucket',
      message: `${host(context)} cannot be asked: ${wordsOf(error.cause, context)}`,
    };
  }
  const where = context.service?.setting ?? '--audio-bucket';
  const at = host(context);
  const proxy = context.service && deadProxy(context.service.endpoint, code, context.env);
  if (proxy) return { where: proxy.setting, message: `${proxy.seen} ${proxy.advice}` };
  if (code === 'ENOTFOUND') {
    return { where, message: `There is no host ${at}. Check its spelling, and the region in it.` };
  }
  if (code === 'EAI_AGAIN') {
    return { where, message: `The name ${at} cannot be looked up now. Check this machine's connection.` };
  }
  if (code === 'ECONNREFUSED') {
    return { where, message: `${at} refuses connections. Is the service running, and is the port right?` };
  }
  if (code === 'CERT_NOT_YET_VALID') return { where: "this machine's clock", message: notYetValid(at) };
  if (/CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS|EPROTO/.test(code)) {
    const words = `The TLS connection to ${at} failed (${code}). The provider would refuse it, too:`;
    return { where, message: `${words} it needs a certificate of a public authority for that name.` };
  }
  const words = `${at} cannot be reached (${code}).`;
  return { where, message: `${words} ${wayOut}` };
}

/** Refusals that name a cause; the others by what was tried. */
function refusal(error: unknown, step: Step, context: BucketContext): Problem | undefined {
  const { address, service } = context;
  const { name } = asError(error);
  const status = httpStatusOf(error);
  if (status === undefined) return undefined;
  const region = regionIn(error);
  if (region !== undefined && region !== service?.region) return otherRegion(region, context);
  if (name === 'NoSuchBucket') {
    const words = `There is no bucket ${address.bucket} at ${host(context)}. Make it, private, or check the name`;
    return { where: '--audio-bucket', message: `${words}${service?.isAws ? '.' : ' and the endpoint.'}` };
  }
  if (
    name === 'InvalidAccessKeyId' ||
    name === 'InvalidToken' ||
    (status === 401 && name !== 'AccessDenied')
  ) {
    const words = `${host(context)} does not know the access key. Check AWS_ACCESS_KEY_ID or AWS_PROFILE`;
    const token = name === 'InvalidToken' ? ', and AWS_SESSION_TOKEN' : '';
    return {
      where: credentialsSetting,
      message: `${words}${token}; keys of another service do not work there.`,
    };
  }
  if (name === 'SignatureDoesNotMatch') {
    const words = 'Access key and secret key do not belong together.';
    const names = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE';
    return { where: credentialsSetting, message: `${words} Check ${names}.` };
  }
  if (name === 'RequestTimeTooSkewed') {
    return {
      where: 'clock',
      message: `${host(context)} finds this machine's clock wrong. Set it by the network.`,
    };
  }
  if (status === 403) return denied(step, context, wordsOf(error, context));
  const said = `${host(context)} answered ${wordsOf(error, context).replace(/[.\s]+$/, '')}`;
  const message = context.goesOn ? said : `${said}. ${adviceOn(status)}`;
  return { where: '--audio-bucket', message };
}

/** What to do about an answer that no other words explain. */
export function adviceOn(status: number): string {
  if (status === 507) return 'It has no room left: make room there, or name another bucket.';
  if (status >= 500 || status === 408 || status === 429) {
    return 'It has trouble, or too much to do: run the command again later. What arrived is kept.';
  }
  return 'Look whether the address is right, and at the settings of the bucket there.';
}

export function otherRegion(region: string, { address, service }: BucketContext): Problem {
  const set = service?.regionIsSet ? `not in ${service.region}.` : 'and no region is set.';
  return {
    where: 'AWS_REGION',
    message: `The bucket ${address.bucket} is in ${region}, ${set} Set AWS_REGION=${region}.`,
  };
}

/** Names the actions, and what they are for, as a policy has to allow them. */
export function denied(step: Step, { address }: BucketContext, words: string): Problem {
  const resource = `arn:aws:s3:::${address.bucket}/${keyBelow(address, '*')}`;
  const what: Record<Step, string> = {
    put: 'You may not write there.',
    get: 'You may not read what you wrote, so the links would not work either.',
    parts: 'You may not list or end uploads in parts.',
    delete: 'You may not delete there, so the audio would stay.',
    deleteVersion: 'The bucket keeps versions, and you may not delete one, so the audio would stay.',
  };
  const actions = neededActions[step].join(' and ');
  const other =
    step === 'delete' || step === 'deleteVersion' ? ' Or let the audio stay there: --keep-audio.' : '';
  return {
    where: '--audio-bucket',
    message: `${what[step]} Allow ${actions} on ${resource}.${other} The service said: ${words}`,
  };
}

const host = ({ service }: BucketContext) => service?.endpoint.host ?? 'The service';

const asError = (error: unknown): { name: string; message: string } =>
  error instanceof Error ? error : { name: '', message: String(error) };

/** Some services know no ListParts or AbortMultipartUpload: without them large files go up, and begin anew after a kill. */
export function isUnknownOperation(error: unknown): boolean {
  return httpStatusOf(error) === 405 || httpStatusOf(error) === 501;
}

/** The region that S3 names when a request went to another one. */
function regionIn(error: unknown): string | undefined {
  const headers = property(property(error, '$response'), 'headers');
  const region = property(headers, 'x-amz-bucket-region') ?? property(error, 'Region');
  if (typeof region === 'string' && /^[\w-]{1,40}$/.test(region)) return region;
  return /expecting '([\w-]{1,40})'/.exec(asError(error).message)?.[1];
}

/** Status, code and first line of what a service said, without anything like a key, a signature or a URL. */
const wordsOf = (error: unknown, { env }: BucketContext) => withoutKey(awsErrorWords(error), env);

/** What a service repeats of the access key is cut out. */
export const withoutKey = (text: string, { AWS_ACCESS_KEY_ID: key }: BucketContext['env']): string =>
  key ? text.replaceAll(key, '…') : text;

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
