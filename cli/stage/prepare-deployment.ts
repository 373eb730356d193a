import { mkdirSync, writeFileSync } from 'node:fs';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { type Config, readConfig } from '../../infra/config.ts';
import { readStageFile, type StageFile, stageFilePath, stageFolder } from '../../infra/stage-file.ts';
import { type PageConfig, type PageFile, pageFiles } from '../../web/build/page-files.ts';
import type { CommandContext } from '../command.ts';
import type { Next } from '../next.ts';
import { UsageError } from '../usage-error.ts';
import { type AwsAccount, awsAccount } from './aws-account.ts';
import { runCdk } from './run-cdk.ts';
import { changedFile, type StageChange, stageChanges } from './stage-changes.ts';

/** What a deployment needs of the world. */
export interface Deployer {
  readonly aws: AwsAccount;
  /** @returns the exit code */
  cdk(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number>;
  /** Where the files of the stages are. */
  readonly folder: string;
  /** Builds the files of the page. */
  pageFiles(config: PageConfig): Promise<ReadonlyMap<string, PageFile>>;
}

export const deployer: Deployer = { aws: awsAccount, cdk: runCdk, folder: stageFolder, pageFiles };

/** A stage that can be deployed or removed from here. */
export interface Deployment {
  readonly stage: string;
  readonly region: string;
  readonly account: string;
  readonly storage: string;
  readonly service: string;
  readonly config: Config;
  /** What flags and variables change in the file of the stage. */
  readonly changes: readonly StageChange[];
  /** The file with the changes, and with the account and region that the stage lives in. */
  readonly file: StageFile;
  /** For the CDK: the stage, and every `-c` as it was given. */
  readonly context: readonly string[];
}

/**
 * Determines and prints what would be deployed, where, and by whom. Changes nothing.
 * @param what `Deploying` or `Removing`
 * @param given `name=value` of each `-c`
 * @throws UsageError when no stage is named, its configuration cannot be used, there are no credentials, or the stage
 *   lives in another account or region
 */
export async function prepareDeployment(
  what: string,
  given: readonly string[],
  { display, env, target }: CommandContext,
  { aws, folder }: Deployer,
): Promise<Deployment> {
  const { stage } = target;
  if (stage === undefined) {
    const message = 'Name the stage, as in --stage prod. The stack on this machine needs no deployment.';
    throw new UsageError('There is nothing to do.', [{ where: '--stage', message }]);
  }
  const pairs = [`stage=${stage}`, ...given.filter((pair) => !pair.startsWith('stage='))];
  const flags = new Map(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));
  const flag = (name: string) => flags.get(name);
  const { kept, config } = configOf(stage, flag, env, folder);
  const { region } = config;
  const path = stageFilePath(stage, folder);
  if (kept.region !== undefined && kept.region !== region) {
    const message =
      `Stage ${stage} lives in ${kept.region}: in ${region} it would be made a second time, and empty. ` +
      `Choose another --stage for ${region}, or change "region" in the file by hand.`;
    throw new UsageError('The stage is somewhere else.', [{ where: path, message }]);
  }
  const caller = await aws.identity(region);
  if (!caller) {
    throw new UsageError(
      'There are no AWS credentials here: sign in with "aws login" or "aws sso login", or set AWS_PROFILE.',
    );
  }
  if (config.account !== undefined && config.account !== caller.account) {
    const message =
      `Stage ${stage} lives in account ${config.account}, and these credentials are of ${caller.account}. ` +
      'Set AWS_PROFILE to a profile of that account, or choose another --stage.';
    throw new UsageError('The stage is somewhere else.', [{ where: path, message }]);
  }
  const storage = `chirpsmith-${stage}-storage`;
  const service = `chirpsmith-${stage}-service`;
  const message = `${what} stage ${stage}, account ${caller.account}, region ${region}, as ${caller.arn}.`;
  display.emit({ event: 'note', message });
  const changes = stageChanges(kept, flag, env);
  const file = { ...changedFile(kept, changes), account: caller.account, region };
  const context = pairs.flatMap((pair) => ['-c', pair]);
  return { stage, region, account: caller.account, storage, service, config, changes, file, context };
}

/** Writes the file of a stage. */
export function writeStageFile({ stage, file }: Pick<Deployment, 'stage' | 'file'>, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(stageFilePath(stage, folder), `${JSON.stringify(file, undefined, 2)}\n`);
}

/** A refusal before anything is done, with commands that help. */
export const refusalWith = (problem: string, next: readonly Next[]) =>
  new UsageError(
    problem,
    next.map(({ words, command }) => ({ where: words, message: command ?? '' })),
  );

/**
 * Asks AWS, unless the credentials may not: many people may only assume CDK's own roles.
 * @returns nothing when they may not
 */
export async function ifAllowed<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ChirpsmithError && error.name === 'AccessDenied') return undefined;
    throw error;
  }
}

function configOf(
  stage: string,
  context: (name: string) => string | undefined,
  environment: NodeJS.ProcessEnv,
  folder: string,
): { kept: StageFile; config: Config } {
  try {
    const kept = readStageFile(stage, folder);
    return { kept, config: readConfig({ context, environment, file: () => kept }) };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
