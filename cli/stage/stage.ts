import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Problem } from '../../functions/shared/errors.ts';
import { homeDirectory } from '../../local/index.ts';
import type { Target } from '../stage-target.ts';
import { UsageError } from '../usage-error.ts';

/** A deployed copy of the product. */
export interface Stage {
  readonly name: string;
  readonly api: string;
  /** Who is paid, as far as it is known here. */
  readonly provider: string;
  /** What the DNS record of the API's own address names; absent where AWS made the address up, or that is not known here. */
  readonly domainTarget: string | undefined;
  /** Who is paid for what goes through the relay; absent where none is configured, or that is not known here. */
  readonly relay: string | undefined;
  /** ARN of the secret that holds the relay's key; absent as `relay` is. */
  readonly relaySecret: string | undefined;
  /** Where one signs in, and as which client; absent where no client of the issuer is known here. */
  readonly signIn: { readonly issuer: string; readonly clientId: string } | undefined;
  /** Of its audio; absent where that is not known here. */
  readonly bucket: string | undefined;
  /** Of the stage's own user pool; absent where another issuer is configured, or that is not known here. */
  readonly userPoolId: string | undefined;
  /** The page, the bucket of its files, and whom it signs people in at; absent where that is not known here. */
  readonly page:
    | { readonly url: string; readonly bucket: string; readonly issuer: string; readonly clientId: string }
    | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where `npx chirpsmith deploy` has the outputs of a stage's stacks written to. */
export function outputsFile(stage: string, environment: Environment): string {
  return path.join(homeDirectory(environment), 'stages', `${stage}.json`);
}

const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Where a stage is: from flags and variables, else from the outputs of its deployment.
 * @throws UsageError saying what to do when that is not known
 */
export function readStage(target: Target & { readonly stage: string }, environment: Environment): Stage {
  const { stage } = target;
  const file = outputsFile(stage, environment);
  const outputs = target.apiUrl === undefined ? readOutputs(stage, file) : {};
  const problems: Problem[] = [];
  const api = target.apiUrl ?? outputs.ApiUrl;
  const from = (flag: string, given: string | undefined) => (given === undefined ? file : flag);
  if (api === undefined) {
    const message = `It has no ApiUrl: deploy the whole of it, npx chirpsmith deploy --stage ${stage}`;
    problems.push({ where: file, message });
  } else if (!isSafe(api)) {
    const message = `"${api}" is not an https URL.`;
    problems.push({ where: from('--api-url', target.apiUrl), message });
  }
  const issuer = target.issuer ?? outputs.TokenIssuer;
  const clientId = target.clientId ?? outputs.UserPoolClientId;
  if (issuer !== undefined && !isSafe(issuer)) {
    const message = `"${issuer}" is not an https URL.`;
    problems.push({ where: from('--issuer', target.issuer), message });
  }
  // The outputs name a configured issuer without a client, which the template does not know.
  const noClient = target.issuer !== undefined && clientId === undefined;
  if (noClient || (clientId !== undefined && issuer === undefined)) {
    const where = issuer === undefined ? '--issuer' : '--client-id';
    problems.push({ where, message: 'The issuer and its client belong together: give both.' });
  }
  if (problems.length > 0) throw new UsageError(`Stage ${stage} cannot be reached like this.`, problems);
  return {
    name: stage,
    api: api ?? '',
    domainTarget: outputs.ApiDomainTarget,
    relay: outputs.RelayBaseUrl,
    relaySecret: outputs.RelaySecretArn,
    provider: outputs.ProviderBaseUrl ?? `the provider of stage ${stage}`,
    signIn: issuer === undefined || clientId === undefined ? undefined : { issuer, clientId },
    bucket: outputs.AudioBucketName,
    userPoolId: outputs.UserPoolId,
    page: pageOf(outputs),
  };
}

function pageOf({
  PageUrl: url,
  PageBucketName: bucket,
  PageClientId: clientId,
  TokenIssuer: issuer,
}: Readonly<Record<string, string>>): Stage['page'] {
  if (url === undefined || bucket === undefined) return undefined;
  if (issuer === undefined || clientId === undefined) return undefined;
  return { url, bucket, issuer, clientId };
}

function readOutputs(stage: string, file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    const message =
      `It is written by npx chirpsmith deploy --stage ${stage}. Where somebody else has deployed it, copy that file ` +
      'here, or give --api-url, --issuer and --client-id.';
    throw new UsageError(`Nothing is known here of a stage ${stage}.`, [{ where: file, message }]);
  }
  try {
    const stacks = outputsSchema.parse(JSON.parse(text));
    return { ...stacks[`chirpsmith-${stage}-storage`], ...stacks[`chirpsmith-${stage}-service`] };
  } catch {
    const message = `It does not hold the outputs of a deployment: npx chirpsmith deploy --stage ${stage} writes it anew.`;
    throw new UsageError(`Stage ${stage} cannot be reached like this.`, [{ where: file, message }]);
  }
}

/** A token goes nowhere in the clear, but to this machine itself. */
export function isSafe(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'https:') return true;
  return parsed?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(parsed.hostname);
}
