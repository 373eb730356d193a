import { rmSync } from 'node:fs';
import type { CommandContext } from '../command.ts';
import type { DestroyArguments } from '../commands/destroy.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Deployer, type Deployment, deployer, prepareDeployment } from './prepare-deployment.ts';
import { outputsFile, readStage } from './stage.ts';

/**
 * Removes the part of a stage that a deployment can recreate: the service stack.
 * With `all` the storage stack too, but never the data in it.
 * @throws UsageError, ChirpsmithError: before anything is removed
 */
export async function destroyStage(
  { context: cdkContext, all, yes }: DestroyArguments,
  context: CommandContext,
  using: Deployer = deployer,
): Promise<ExitCode> {
  const { display, env } = context;
  const deployment = await prepareDeployment('Removing', cdkContext, context, using);
  const { stage, storage, service } = deployment;
  for (const message of kept(deployment, all)) display.emit({ event: 'note', message });
  const bucket = pageBucket(stage, context);
  const args = ['destroy', service, ...(all ? [storage] : []), ...deployment.context];
  if ((await using.cdk([...args, ...(yes ? ['--force'] : [])], env)) !== 0) {
    const message = `Stage ${stage} was not removed, or not wholly: see above. The same command goes on with it.`;
    display.emit({ event: 'error', message });
    return exitCodes.failed;
  }
  await deletePage(deployment, bucket, context, using);
  rmSync(outputsFile(stage, env), { force: true });
  const next = [{ words: 'To deploy it again:', command: 'npx chirpsmith deploy' }];
  display.emit({ event: 'note', message: `Stage ${stage} is removed.`, next });
  return exitCodes.done;
}

/** The bucket of the page's files, where a deployment from here has noted it. */
function pageBucket(stage: string, { target, env }: CommandContext): string | undefined {
  try {
    return readStage({ ...target, stage, apiUrl: undefined }, env).page?.bucket;
  } catch {
    return undefined;
  }
}

/** CloudFormation deletes no bucket that holds anything, so the stack has left it. */
async function deletePage(
  { region, service }: Deployment,
  bucket: string | undefined,
  { display }: CommandContext,
  { aws }: Deployer,
): Promise<void> {
  const stays = 'The bucket with the files of the page stays';
  if (bucket === undefined) {
    const message = `${stays}: its name was not known here. It begins with ${service}-pagefiles.`;
    display.emit({ event: 'note', message });
    return;
  }
  try {
    await aws.deletePage(region, bucket);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const next = [{ words: 'To delete it:', command: `aws s3 rb --force s3://${bucket}` }];
    display.emit({ event: 'note', message: `${stays}: ${said}`, next });
  }
}

function kept({ stage, storage, service, config }: Deployment, all: boolean): string[] {
  const cut = `With ${service} go the page, the API, the machine and the functions, what they have logged, and the secrets of a webhook and a relay. Sessions under way are cut off; after the next deployment they can be resumed.`;
  const address = config.domain
    ? `The API keeps its address, ${config.domain.name}${all ? ', but under another target: deploy says which, for the DNS record' : ', and its DNS record stays right'}.`
    : 'The next deployment has another API address.';
  const soon = `${address} AWS deletes a state machine once its last executions have ended, which takes minutes: a deployment before that is refused before it begins, and the same command works later.`;
  if (!all) {
    return [
      cut,
      soon,
      `What stays, in ${storage}: the audio, the records, the provider's key and the people.`,
    ];
  }
  return [
    cut,
    soon,
    `${storage} goes too, but nothing that it holds: the bucket${config.accessLogs ? ' and that of its access logs' : ''}, the table, the secret and the user pool stay in the account, belong to no stack any more and cost money until somebody deletes them by hand (the table and the pool are protected against that first).`,
    `A later deployment begins with empty ones, and cannot begin before the secret is gone, whose name it needs: aws secretsmanager delete-secret --force-delete-without-recovery --secret-id chirpsmith/${stage}/provider-key`,
  ];
}
