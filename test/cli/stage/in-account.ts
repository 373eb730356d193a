import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { performCommand } from '../../../cli/command.ts';
import { deploy } from '../../../cli/commands/deploy.ts';
import { destroy } from '../../../cli/commands/destroy.ts';
import type { AwsAccount } from '../../../cli/stage/aws-account.ts';
import { deployStage } from '../../../cli/stage/deploy-stage.ts';
import { destroyStage } from '../../../cli/stage/destroy-stage.ts';
import type { Deployer } from '../../../cli/stage/prepare-deployment.ts';
import { temporaryFolder } from '../run-command.ts';

export const outputs = {
  'chirpsmith-prod-storage': {
    UserPoolId: 'eu-central-1_AbCdEfGhI',
    UserPoolClientId: 'client',
    TokenIssuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
  },
  'chirpsmith-prod-service': { ApiUrl: 'https://abc.execute-api.eu-central-1.amazonaws.com' },
};

/** An account that the CDK has been used in, and that has room for a stage. */
export const ready: AwsAccount = {
  identity: async () => ({ account: '111122223333', arn: 'arn:aws:iam::111122223333:user/op' }),
  concurrency: async () => ({ limit: 1000, unreserved: 1000 }),
  stackStatus: async (_, stack) => (stack === 'CDKToolkit' ? 'CREATE_COMPLETE' : undefined),
  machineStatus: async () => undefined,
  failures: async () => [],
  putPage: async () => {},
  deletePage: async () => {},
};

/** The commands with an account that is not there, and a CDK that only notes its arguments. */
export async function inAccount({
  aws = {},
  code = 0,
  more = {},
  answer,
}: {
  aws?: Partial<AwsAccount>;
  code?: number;
  more?: object;
  answer?: boolean;
} = {}) {
  const home = await temporaryFolder();
  const folder = `${home}/committed/`;
  const cdk: string[][] = [];
  const using: Deployer = {
    aws: { ...ready, ...aws },
    folder,
    pageFiles: async ({ clientId }) =>
      new Map([['config.json', { body: Buffer.from(clientId), contentType: 'x', cacheControl: 'y' }]]),
    async cdk(args) {
      cdk.push([...args]);
      const file = args[args.indexOf('--outputs-file') + 1];
      if (code === 0 && args[0] === 'deploy') {
        const service = { ...outputs['chirpsmith-prod-service'], ...more };
        await writeFile(String(file), JSON.stringify({ ...outputs, 'chirpsmith-prod-service': service }));
      }
      return code;
    },
  };
  const command = async (name: 'deploy' | 'destroy', ...argv: string[]) => {
    let said = '';
    const stdout = new PassThrough();
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    const stderr = { write: (chunk: string) => stdout.write(chunk) };
    const env = { CHIRPSMITH_HOME: home, AWS_REGION: 'eu-central-1' };
    const place = {
      env,
      stdout,
      stderr,
      interruption: () => new AbortController().signal,
      confirm: answer === undefined ? undefined : async () => answer,
    };
    const ended =
      name === 'deploy'
        ? await performCommand(
            { ...deploy, run: (args, context) => deployStage(args, context, using) },
            argv,
            place,
          )
        : await performCommand(
            { ...destroy, run: (args, context) => destroyStage(args, context, using) },
            argv,
            place,
          );
    stdout.end();
    if (!stdout.readableEnded) await new Promise((done) => stdout.once('end', done));
    return { code: ended, said };
  };
  const kept = path.join(folder, 'prod.json');
  const keep = async (file: object) => {
    await mkdir(folder, { recursive: true });
    await writeFile(kept, JSON.stringify(file));
  };
  const keptNow = async () => JSON.parse(await readFile(kept, 'utf8'));
  return { file: path.join(home, 'stages', 'prod.json'), cdk, command, keep, keptNow };
}
