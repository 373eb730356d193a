import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { DeployArguments } from '../arguments/deploy-arguments.ts';
import type { Surroundings } from '../command.ts';
import type { Next } from '../events.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Deployer, type Deployment, deployer, prepareDeployment } from './prepare-deployment.ts';
import { outputsFile, readStage } from './stage.ts';

/**
 * Deploys both stacks of a stage, and keeps their outputs where the other commands look for them.
 * @throws InputRejected, ChirpsmithError: before anything is deployed
 */
export async function deployStage(
  { context, requireApproval }: DeployArguments,
  surroundings: Surroundings,
  using: Deployer = deployer,
): Promise<ExitCode> {
  const { display, env, target } = surroundings;
  const deployment = await prepareDeployment('Deploying', context, surroundings, using);
  const { stage, storage, service, account, region } = deployment;
  const outputs = outputsFile(stage, env);
  mkdirSync(path.dirname(outputs), { recursive: true, mode: 0o700 });
  const approval = ['--require-approval', requireApproval];
  const args = ['deploy', storage, service, ...deployment.context, ...approval, '--outputs-file', outputs];
  if ((await using.cdk(args, env)) !== 0) {
    const next = [
      {
        words: 'An account and region that the CDK has not been used in must be prepared once:',
        command: `npx cdk bootstrap aws://${account}/${region}`,
      },
    ];
    const message = `Stage ${stage} was not deployed, or not wholly: see above. The same command goes on with it.`;
    display.tell({ event: 'error', message, next });
    return exitCodes.failed;
  }
  // The CDK's command line writes it for everybody to read.
  if (existsSync(outputs)) chmodSync(outputs, 0o600);
  const { api, userPool, relay } = readStage({ ...target, stage, apiUrl: undefined }, env);
  display.tell({
    event: 'stage.deployed',
    stage,
    api,
    next: firstSteps(deployment, userPool?.id, relay !== undefined),
  });
  return exitCodes.done;
}

/** What a new stage needs before somebody can train a model with it. */
function firstSteps({ stage, region }: Deployment, userPoolId: string | undefined, relay: boolean): Next[] {
  const put = (secret: string) =>
    `aws secretsmanager put-secret-value --region ${region} --secret-id chirpsmith/${stage}/${secret} --secret-string file:///dev/stdin`;
  const key = {
    words: "Once, the provider's key, which is read from standard input and so in no shell's history:",
    command: put('provider-key'),
  };
  const keys = [key, ...(relay ? [{ words: "And the relay's:", command: put('relay-key') }] : [])];
  if (userPoolId === undefined) return keys;
  return [
    ...keys,
    {
      words: 'For each person, an invitation by e-mail:',
      command: `aws cognito-idp admin-create-user --region ${region} --user-pool-id ${userPoolId} --username NAME@EXAMPLE.COM --user-attributes Name=email,Value=NAME@EXAMPLE.COM Name=email_verified,Value=true --desired-delivery-mediums EMAIL`,
    },
    { words: 'And then:', command: 'npm run train -- FOLDER --name NAME' },
  ];
}
