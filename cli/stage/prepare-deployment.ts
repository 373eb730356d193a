import { readConfig } from '../../infra/config.ts';
import type { Surroundings } from '../command.ts';
import { InputRejected } from '../input-rejected.ts';
import { type CallerIdentity, callerIdentity } from './caller-identity.ts';
import { runCdk } from './run-cdk.ts';

/** What a deployment needs of the world. */
export interface Deployer {
  identity(region: string): Promise<CallerIdentity | undefined>;
  /** @returns the exit code */
  cdk(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number>;
}

export const deployer: Deployer = { identity: callerIdentity, cdk: runCdk };

/** A stage that can be deployed or removed from here. */
export interface Deployment {
  readonly stage: string;
  readonly region: string;
  readonly account: string;
  readonly storage: string;
  readonly service: string;
  /** For the CDK: the stage, and every `-c` as it was given. */
  readonly context: readonly string[];
}

/**
 * Finds out what would be deployed, where, and by whom, and says it. Nothing is changed.
 * @param what `Deploying` or `Removing`
 * @param given `name=value` of each `-c`
 * @throws InputRejected when no stage is named, its configuration cannot be used, or there are no credentials
 */
export async function prepareDeployment(
  what: string,
  given: readonly string[],
  { display, env, target }: Surroundings,
  { identity }: Deployer,
): Promise<Deployment> {
  const { stage } = target;
  if (stage === undefined) {
    const message = 'Name the stage, as in --stage prod. The stack on this machine needs no deployment.';
    throw new InputRejected('There is nothing to do.', [{ where: '--stage', message }]);
  }
  const pairs = [`stage=${stage}`, ...given.filter((pair) => !pair.startsWith('stage='))];
  const context = new Map(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));
  const { region } = configOf((name) => context.get(name), env);
  const caller = await identity(region);
  if (!caller) {
    throw new InputRejected(
      'There are no AWS credentials here: sign in with "aws login" or "aws sso login", or set AWS_PROFILE.',
    );
  }
  const storage = `chirpsmith-${stage}-storage`;
  const service = `chirpsmith-${stage}-service`;
  const message = `${what} stage ${stage}, account ${caller.account}, region ${region}, as ${caller.arn}.`;
  display.tell({ event: 'note', message });
  return {
    stage,
    region,
    account: caller.account,
    storage,
    service,
    context: pairs.flatMap((pair) => ['-c', pair]),
  };
}

function configOf(context: (name: string) => string | undefined, environment: NodeJS.ProcessEnv) {
  try {
    return readConfig({ context, environment });
  } catch (error) {
    throw new InputRejected(error instanceof Error ? error.message : String(error));
  }
}
