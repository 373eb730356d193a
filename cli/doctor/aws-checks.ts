import { meaningOfFailure } from '../../functions/provider/response-classification.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { readConfig } from '../../infra/config.ts';
import { readStageFile } from '../../infra/stage-file.ts';
import { readStage } from '../stage/stage.ts';
import type { Target } from '../stage-target.ts';
import { UsageError } from '../usage-error.ts';
import { noAnswer } from './ask.ts';
import { type Finding, failed, fine, warning } from './finding.ts';
import type { DoctorWorld } from './world.ts';

/** Variables by which AWS's libraries find credentials. */
const ofCredentials = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/** Whose credentials the shell has, and where they would be used; nothing where there are none and no stage is named. */
export async function identity(
  world: DoctorWorld,
  { stage }: Pick<Target, 'stage'>,
): Promise<Finding | undefined> {
  const { env } = world;
  // With an endpoint of its own they are likely to be of another service.
  const isOther = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  const isLikely = !isOther && (ofCredentials.some((name) => env[name]) || world.hasSharedAwsFiles());
  if (stage === undefined && !isLikely) return undefined;
  const lacking = stage === undefined ? warning : failed;
  try {
    const { region, account } = configurationOf(stage, env);
    const caller = await world.identity(region);
    if (!caller) {
      const words = 'Sign in with "aws login" or "aws sso login", or set AWS_PROFILE.';
      return lacking('The shell has no AWS credentials.', { words });
    }
    const seen = `${caller.arn} in ${region}.`;
    if (account === undefined || account === caller.account) return fine(seen);
    const words = `Set AWS_PROFILE to a profile of account ${account}.`;
    return failed(`${seen} Stage ${stage} is in account ${account}.`, { words });
  } catch (error) {
    if (error instanceof ChirpsmithError) return lacking(error.summary);
    throw error;
  }
}

/** As deploy takes it: the file of the stage before the shell's variables. */
function configurationOf(stage: string | undefined, environment: NodeJS.ProcessEnv) {
  if (stage === undefined) {
    const { AWS_REGION, AWS_DEFAULT_REGION } = environment;
    return { region: AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1', account: undefined };
  }
  try {
    const context = (name: string) => (name === 'stage' ? stage : undefined);
    return readConfig({ context, environment, file: () => readStageFile(stage) });
  } catch (error) {
    throw new ChirpsmithError('BadInput', error instanceof Error ? error.message : String(error));
  }
}

/** Is the API of the named stage there? */
export async function stageApi(
  { env, fetch }: Pick<DoctorWorld, 'env' | 'fetch'>,
  target: Target,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const { stage } = target;
  if (stage === undefined) return undefined;
  let api: string;
  try {
    ({ api } = readStage({ ...target, stage }, env));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return failed(error.problems.map(({ where, message }) => `${where}: ${message}`).join(' '));
  }
  try {
    // A refusal is an answer as well.
    await fetch(api, { signal });
    return fine(`Stage ${stage}: ${api} answers.`);
  } catch (error) {
    return noAnswer(api, meaningOfFailure(error).word, 'the outputs of the stage', env);
  }
}
