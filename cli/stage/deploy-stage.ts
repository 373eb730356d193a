import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { machines } from '../../functions/shared/state-contracts.ts';
import { stageFilePath } from '../../infra/stage-file.ts';
import type { CommandContext } from '../command.ts';
import type { DeployArguments } from '../commands/deploy.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Next } from '../next.ts';
import { UsageError } from '../usage-error.ts';
import {
  adviceFor,
  bootstrapAdvice,
  concurrencyAdvice,
  concurrencyProblem,
  stackProblem,
} from './deployment-advice.ts';
import {
  type Deployer,
  type Deployment,
  deployer,
  ifAllowed,
  prepareDeployment,
  refusalWith,
  writeStageFile,
} from './prepare-deployment.ts';
import { outputsFile, readStage, type Stage } from './stage.ts';
import type { StageChange } from './stage-changes.ts';

/** The stack that `cdk bootstrap` makes, once in each account and region. */
const bootstrapStack = 'CDKToolkit';

/**
 * Deploys both stacks of a stage, and keeps its configuration and its outputs.
 * @throws UsageError, ChirpsmithError: before anything is deployed
 */
export async function deployStage(
  { context: cdkContext, requireApproval = 'broadening', yes }: DeployArguments,
  context: CommandContext,
  using: Deployer = deployer,
): Promise<ExitCode> {
  const { display, env, target } = context;
  const deployment = await prepareDeployment('Deploying', cdkContext, context, using);
  const { stage, storage, service, config, region } = deployment;
  await requireRoom(deployment, using);
  await agreeToChanges(deployment, yes, context);
  const file = stageFilePath(stage, using.folder);
  writeStageFile(deployment, using.folder);
  display.emit({ event: 'note', message: `The configuration of the stage is in ${file}: commit it.` });
  if (config.alarmEmail === undefined) {
    const message = 'Alarms reach nobody: name a receiver with -c alarmEmail=NAME@EXAMPLE.COM.';
    display.emit({ event: 'note', message });
  }
  const outputs = outputsFile(stage, env);
  mkdirSync(path.dirname(outputs), { recursive: true, mode: 0o700 });
  const approval = ['--require-approval', requireApproval];
  const args = ['deploy', storage, service, ...deployment.context, ...approval, '--outputs-file', outputs];
  if ((await using.cdk(args, env)) !== 0) {
    const message = `Stage ${stage} was not deployed, or not wholly. The same command goes on with it.`;
    const { lines, next } = await afterFailure(deployment, using);
    display.emit({ event: 'error', message, lines, next });
    return exitCodes.failed;
  }
  // The CDK's command line writes it readable for all users.
  if (existsSync(outputs)) chmodSync(outputs, 0o600);
  const { api, userPoolId, relaySecret, domainTarget, page } = readStage(
    { ...target, stage, apiUrl: undefined },
    env,
  );
  if (page !== undefined && !(await putPage(page, deployment, context, using))) return exitCodes.failed;
  const record =
    domainTarget === undefined
      ? []
      : [{ words: `Once, the DNS record of the API: ${new URL(api).hostname} CNAME ${domainTarget}` }];
  const look = page === undefined ? [] : [{ words: `The page, in a browser: ${page.url}` }];
  const next = [...look, ...record, ...firstSteps({ stage, region }, userPoolId, relaySecret)];
  display.emit({ event: 'stage.deployed', stage, api, next });
  return exitCodes.done;
}

/** @returns whether the files of the page are in its bucket */
async function putPage(
  { bucket, issuer, clientId }: NonNullable<Stage['page']>,
  { stage, region }: Deployment,
  { display }: CommandContext,
  { aws, pageFiles }: Deployer,
): Promise<boolean> {
  try {
    await aws.putPage(region, bucket, await pageFiles({ issuer, discovery: issuer, clientId }));
    return true;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = `Stage ${stage} is deployed, but not its page. The same command goes on with it.`;
    display.emit({ event: 'error', message, lines: [said], next: [] });
    return false;
  }
}

/** @throws UsageError when the account, its quotas or the stacks' status let no deployment through */
async function requireRoom(deployment: Deployment, { aws }: Deployer): Promise<void> {
  const { stage, region, account, storage, service, config } = deployment;
  const statusOf = (stack: string) =>
    ifAllowed(aws.stackStatus(region, stack).then((status) => ({ status })));
  const toolkit = await statusOf(bootstrapStack);
  if (toolkit && toolkit.status === undefined) {
    throw refusalWith(`The CDK was never used in account ${account}, region ${region}.`, [
      bootstrapAdvice(account, region),
    ]);
  }
  let isFirst = true;
  for (const stack of [storage, service]) {
    const found = await statusOf(stack);
    isFirst = found?.status === undefined;
    const stuck = stackProblem(stack, found?.status, region);
    if (stuck) throw refusalWith(stuck.problem, stuck.next);
  }
  if (isFirst) await requireMachinesGone(deployment, aws);
  const room = await ifAllowed(aws.concurrency(region));
  // A deployed stage keeps its reservations, but AWS does not say which of the account's are its own.
  const available = isFirst ? room?.unreserved : room?.limit;
  const problem = room && concurrencyProblem(config, { limit: room.limit, available: available ?? 0 });
  if (problem !== undefined) throw refusalWith(problem, concurrencyAdvice(stage, region));
}

/**
 * A machine that was deleted keeps its name until its last execution has ended (Step Functions API, "DeleteStateMachine").
 * @throws UsageError while AWS still deletes one
 */
async function requireMachinesGone(
  { stage, region, account }: Deployment,
  aws: Deployer['aws'],
): Promise<void> {
  for (const machine of Object.values(machines)) {
    const name = `chirpsmith-${stage}-${machine}`;
    const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
    if ((await ifAllowed(aws.machineStatus(region, arn))) !== 'DELETING') continue;
    throw refusalWith(`AWS still deletes the state machine ${name} of the stage that was here.`, [
      {
        words:
          'That takes until its last executions have ended, mostly minutes. Then the same command works:',
        command: `npx chirpsmith deploy --stage ${stage}`,
      },
    ]);
  }
}

/** Says what flags and variables change, and what that replaces or destroys. @throws UsageError when the answer is no */
async function agreeToChanges(
  { stage, changes }: Deployment,
  yes: boolean,
  { display, ask }: CommandContext,
): Promise<void> {
  if (changes.length === 0) return;
  for (const change of changes) display.emit({ event: 'note', message: sentenceOf(change) });
  const costly = changes.some(({ consequence }) => consequence !== undefined);
  if (yes || !costly) return;
  if (!ask) {
    const message = 'Nobody can be asked here: add --yes to agree to the changes above.';
    throw new UsageError('Nothing was deployed.', [{ where: '--yes', message }]);
  }
  if (!(await ask(`Change stage ${stage} like this?`))) throw new UsageError('Nothing was deployed.');
}

function sentenceOf({ field, from, to, by, consequence }: StageChange): string {
  const shown = (value: unknown) => (value === undefined ? 'the default' : JSON.stringify(value));
  return `${field}: ${shown(from)} → ${shown(to)} (${by}).${consequence === undefined ? '' : ` ${consequence}`}`;
}

/** What CloudFormation says of a deployment that failed, and advice that fits it. */
async function afterFailure(
  deployment: Deployment,
  { aws }: Deployer,
): Promise<{ lines: string[]; next: Next[] }> {
  const { region, storage, service } = deployment;
  const lines: string[] = [];
  const next: Next[] = [];
  for (const stack of [service, storage]) {
    const status = await aws.stackStatus(region, stack).catch(() => undefined);
    if (status === undefined) continue;
    const failures = await aws.failures(region, stack).catch(() => []);
    lines.push(
      ...failures.filter((failure) => !/creation cancelled|update cancelled/i.test(failure)).slice(0, 3),
    );
    const stuck = stackProblem(stack, status, region);
    next.push(...(adviceFor(failures, deployment) ?? []), ...(stuck?.next ?? []));
  }
  if (next.length === 0) next.push({ words: 'What went wrong is in the lines of the CDK above.' });
  return { lines, next };
}

/** What a new stage needs before its first training. */
function firstSteps(
  { stage, region }: Pick<Deployment, 'stage' | 'region'>,
  userPoolId: string | undefined,
  relaySecret: string | undefined,
): Next[] {
  const put = (secret: string) =>
    `aws secretsmanager put-secret-value --region ${region} --secret-id ${secret} --secret-string file:///dev/stdin`;
  const key = {
    words: "Once, the provider's key, which is read from standard input and so in no shell's history:",
    command: put(`chirpsmith/${stage}/provider-key`),
  };
  const keys = [
    key,
    ...(relaySecret === undefined ? [] : [{ words: "And the relay's:", command: put(relaySecret) }]),
  ];
  if (userPoolId === undefined) return keys;
  return [
    ...keys,
    {
      words: 'For each person, an invitation by e-mail:',
      command: `aws cognito-idp admin-create-user --region ${region} --user-pool-id ${userPoolId} --username NAME@EXAMPLE.COM --user-attributes Name=email,Value=NAME@EXAMPLE.COM Name=email_verified,Value=true --desired-delivery-mediums EMAIL`,
    },
    { words: 'And then:', command: 'npx chirpsmith train FOLDER --name NAME' },
  ];
}
