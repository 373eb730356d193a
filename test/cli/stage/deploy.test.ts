import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseDeployArguments, parseDestroyArguments } from '../../../cli/arguments/deploy-arguments.ts';
import { perform } from '../../../cli/command.ts';
import { deployHelp, destroyHelp } from '../../../cli/help.ts';
import { callerIdentity } from '../../../cli/stage/caller-identity.ts';
import { deployStage } from '../../../cli/stage/deploy-stage.ts';
import { destroyStage } from '../../../cli/stage/destroy-stage.ts';
import type { Deployer } from '../../../cli/stage/prepare-deployment.ts';
import { listenOnLoopback } from '../../../local/loopback.ts';
import { verifySigV4 } from '../../../local/sigv4.ts';
import { temporaryFolder } from '../run-command.ts';

const outputs = {
  'chirpsmith-prod-storage': { UserPoolId: 'eu-central-1_AbCdEfGhI', UserPoolClientId: 'client' },
  'chirpsmith-prod-service': { ApiUrl: 'https://abc.execute-api.eu-central-1.amazonaws.com' },
};

/** The commands with an account that is not there, and a CDK that only notes what it is told. */
async function inAccount({ credentials = true, code = 0, more = {} } = {}) {
  const home = await temporaryFolder();
  const cdk: string[][] = [];
  const using: Deployer = {
    identity: async () =>
      credentials ? { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/op' } : undefined,
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
      argv,
      env,
      stdout,
      stderr,
      interruption: () => new AbortController().signal,
      confirm: undefined,
    };
    const ended =
      name === 'deploy'
        ? await perform(
            { help: deployHelp, parse: parseDeployArguments, run: (a, s) => deployStage(a, s, using) },
            place,
          )
        : await perform(
            { help: destroyHelp, parse: parseDestroyArguments, run: (a, s) => destroyStage(a, s, using) },
            place,
          );
    stdout.end();
    if (!stdout.readableEnded) await new Promise((done) => stdout.once('end', done));
    return { code: ended, said };
  };
  return { file: path.join(home, 'stages', 'prod.json'), cdk, command };
}

describe('deploy', () => {
  it('says where and as whom, deploys both stacks, and keeps the outputs for the other commands', async () => {
    const { file, cdk, command } = await inAccount();
    const { code, said } = await command('deploy', '--stage', 'prod', '-c', 'logDays=90');
    expect(code).toBe(0);
    expect(said).toMatch(
      /^Deploying stage prod, account 111122223333, region eu-central-1, as arn:aws:iam::111122223333:user\/op\./,
    );
    expect(cdk).toEqual([
      [
        ...['deploy', 'chirpsmith-prod-storage', 'chirpsmith-prod-service'],
        ...['-c', 'stage=prod', '-c', 'logDays=90'],
        ...['--require-approval', 'broadening', '--outputs-file', file],
      ],
    ]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(outputs);
    expect(said).toContain('--secret-id chirpsmith/prod/provider-key');
    expect(said).toContain('admin-create-user --region eu-central-1 --user-pool-id eu-central-1_AbCdEfGhI');
    // SMS is the documented default, and an address that is not verified gets no mail to reset a password.
    expect(said).toContain('Name=email_verified,Value=true --desired-delivery-mediums EMAIL');
    expect(said).toContain('npm run train -- --stage prod FOLDER');
  });

  it("names the relay's secret as well, where a relay is configured", async () => {
    const { said } = await (await inAccount()).command('deploy', '--stage', 'prod');
    expect(said).not.toContain('relay-key');
    const relay = await inAccount({ more: { RelayBaseUrl: 'https://relay.example.com' } });
    expect((await relay.command('deploy', '--stage', 'prod')).said).toContain(
      '--secret-id chirpsmith/prod/relay-key',
    );
  });

  it('asks the CDK to approve what it is told to', async () => {
    const { cdk, command } = await inAccount();
    await command('deploy', '--stage', 'prod', '--require-approval', 'never');
    expect(cdk[0]).toEqual(expect.arrayContaining(['--require-approval', 'never']));
  });

  it('tells how to prepare an account when the CDK has failed', async () => {
    const { file, command } = await inAccount({ code: 1 });
    const { code, said } = await command('deploy', '--stage', 'prod');
    expect(code).toBe(1);
    expect(said).toContain('npx cdk bootstrap aws://111122223333/eu-central-1');
    expect(existsSync(file)).toBe(false);
  });
});

describe('destroy', () => {
  it('removes the service stack, says what stays, and forgets where the API was', async () => {
    const { file, cdk, command } = await inAccount();
    await mkdir(path.dirname(file));
    await writeFile(file, JSON.stringify(outputs));
    const { code, said } = await command('destroy', '--stage', 'prod');
    expect(code).toBe(0);
    expect(cdk).toEqual([['destroy', 'chirpsmith-prod-service', '-c', 'stage=prod']]);
    expect(said).toMatch(/Removing stage prod, account 111122223333/);
    expect(said).toMatch(/What stays, in chirpsmith-prod-storage: the audio, the records/);
    expect(existsSync(file)).toBe(false);
  });

  it('with --all removes the storage stack, and says that what it holds stays', async () => {
    const { cdk, command } = await inAccount();
    const { said } = await command('destroy', '--stage', 'prod', '--all', '--yes');
    expect(cdk).toEqual([
      ['destroy', 'chirpsmith-prod-service', 'chirpsmith-prod-storage', '-c', 'stage=prod', '--force'],
    ]);
    expect(said).toMatch(/nothing that it holds: the bucket, the table, the secret and the user pool stay/);
    expect(said).toContain('--secret-id chirpsmith/prod/provider-key');
  });
});

describe.each(['deploy', 'destroy'] as const)('%s', (name) => {
  it.each([
    [['--stage', 'prod'], false, /There are no AWS credentials here: sign in/],
    [[], true, /--stage: Name the stage/],
    [['--stage', 'local'], true, /--stage: Name the stage/],
    [['--stage', 'Prod'], true, /--stage: "Prod" is no name of a stage/],
    [['--stage', 'prod', '-c', 'logDays=31'], true, /logDays: .*-c logDays=…/],
    [['--stage', 'prod', '-c', 'logDays'], true, /-c: It needs a name and a value/],
    [['prod'], true, /prod: It is no option/],
  ])('is refused before anything is done: %j', async (argv, credentials, words) => {
    const { cdk, command } = await inAccount({ credentials });
    const { code, said } = await command(name, ...argv);
    expect(said).toMatch(words);
    expect(code).toBe(2);
    expect(cdk).toEqual([]);
  });
});

describe("STS's GetCallerIdentity", () => {
  const at = new Date('2026-11-21T08:00:00Z');
  const key = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };

  /** A stand-in that verifies the signature with the local stack's own verifier. */
  async function sts(answer: string) {
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const [rawPath = '', rawQuery = ''] = (request.url ?? '').split('?');
      const { method = '', headers } = request;
      try {
        verifySigV4(
          { method, rawPath, rawQuery, headers },
          {
            service: 'sts',
            region: 'eu-central-1',
            now: at,
            secretOf: () => key.secretAccessKey,
            bodyHash: createHash('sha256').update(body).digest('hex'),
          },
        );
        response.end(body.includes('GetCallerIdentity') ? answer : '');
      } catch {
        response.writeHead(403).end('<Code>SignatureDoesNotMatch</Code>');
      }
    });
    const { url, close } = await listenOnLoopback(server, 0);
    onTestFinished(close);
    return (secretAccessKey = key.secretAccessKey) =>
      callerIdentity('eu-central-1', {
        environment: { AWS_ENDPOINT_URL_STS: url },
        credentials: async () => ({ ...key, secretAccessKey }),
        now: () => at,
      });
  }

  it('is signed as AWS wants it, and tells the account', async () => {
    const ask = await sts('<Arn>arn:aws:iam::111122223333:user/op</Arn><Account>111122223333</Account>');
    expect(await ask()).toEqual({ account: '111122223333', arn: 'arn:aws:iam::111122223333:user/op' });
    await expect(ask('another')).rejects.toThrow(
      'AWS refuses the credentials (SignatureDoesNotMatch): sign in again',
    );
  });

  it('is not asked without credentials', async () => {
    const credentials = () => Promise.reject(new Error('Could not load credentials from any providers'));
    expect(await callerIdentity('eu-central-1', { credentials })).toBeUndefined();
  });
});
