import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AwsAccount } from '../../../cli/stage/aws-account.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { inAccount, outputs } from './in-account.ts';

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
    expect(said).toContain('npx chirpsmith train --stage prod FOLDER');
  });

  it("names the relay's secret as well, where a relay is configured", async () => {
    const { said } = await (await inAccount()).command('deploy', '--stage', 'prod');
    expect(said).not.toContain("the relay's");
    const relay = await inAccount({
      more: {
        RelayBaseUrl: 'https://relay.example.com',
        RelaySecretArn: 'arn:aws:secretsmanager:x:1:secret:r',
      },
    });
    expect((await relay.command('deploy', '--stage', 'prod')).said).toContain(
      '--secret-id arn:aws:secretsmanager:x:1:secret:r --secret-string',
    );
  });

  const domain = [
    ...['-c', 'domainName=api.example.com', '-c'],
    'certificateArn=arn:aws:acm:eu-central-1:111122223333:certificate/0f1e',
  ];
  it('with a domain name, names the DNS record, which stays right when the stage is destroyed and deployed again', async () => {
    const more = { ApiUrl: 'https://api.example.com', ApiDomainTarget: 'd-1.execute-api.example' };
    const { command } = await inAccount({ more });
    const { said } = await command('deploy', '--stage', 'prod', ...domain);
    expect(said).toContain('api.example.com CNAME d-1.execute-api.example');
    expect((await command('destroy', '--stage', 'prod')).said.replaceAll(/\s+/g, ' ')).toContain(
      'The API keeps its address, api.example.com, and its DNS record stays right.',
    );
    expect((await command('destroy', '--stage', 'prod', '--all')).said.replaceAll(/\s+/g, ' ')).toContain(
      'under another target',
    );
  });

  it('passes the approval level on to the CDK', async () => {
    const { cdk, command } = await inAccount();
    await command('deploy', '--stage', 'prod', '--require-approval', 'never');
    expect(cdk[0]).toEqual(expect.arrayContaining(['--require-approval', 'never']));
  });

  it('keeps the configuration in the file of the stage, to be committed', async () => {
    const { command, keptNow } = await inAccount();
    const { said } = await command(
      'deploy',
      '--stage',
      'prod',
      '-c',
      'logDays=90',
      '-c',
      'allowedOrigins=https://a.example',
    );
    expect(await keptNow()).toEqual({
      account: '111122223333',
      region: 'eu-central-1',
      logDays: 90,
      allowedOrigins: ['https://a.example'],
    });
    expect(said).toContain('logDays: the default → 90 (-c logDays).');
    expect(said.replaceAll('\n', ' ')).toMatch(/prod\.json: commit it\./);
  });

  it('changes nothing that no flag names: what an earlier deployment was given stays', async () => {
    const { command, keep, keptNow } = await inAccount();
    const webhookUrl = 'https://hooks.example.com/x';
    await keep({ account: '111122223333', region: 'eu-central-1', webhookUrl, audioDays: 30 });
    expect((await command('deploy', '--stage', 'prod')).code).toBe(0);
    expect(await keptNow()).toMatchObject({ webhookUrl, audioDays: 30 });
  });

  const consequences = [
    ['webhookUrl=', { webhookUrl: 'https://hooks.example.com' }, /The secret of the webhook is destroyed/],
    ['audioDays=10', { audioDays: 30 }, /Audio older than 10 days is deleted/],
    ['alarmEmail=', { alarmEmail: 'a@example.com' }, /Alarms reach nobody\./],
    ['providerBaseUrl=https://p.example', {}, /Sessions under way belong to the former provider/],
    [
      'jwtIssuer=https://id.example',
      { jwtAudience: ['app'] },
      /The people of the user pool cannot sign in any more/,
    ],
    [
      'domainName=',
      { domainName: 'a.example.com' },
      /not reached at a\.example\.com any more: delete its DNS/,
    ],
    ['accessLogs=', { accessLogs: true }, /AccessLogBucketName\) stays; it is empty after three days/],
    ['relayBaseUrl=', { relayBaseUrl: 'https://relay.example' }, /through the relay stop/],
  ] as const;
  it.each(consequences)(
    'says what -c %s replaces or destroys, and asks first',
    async (pair, fields, words) => {
      const before = { account: '111122223333', region: 'eu-central-1', ...fields };
      const refused = await inAccount({ answer: false });
      await refused.keep(before);
      const { code, said } = await refused.command('deploy', '--stage', 'prod', '-c', pair);
      expect(said.replaceAll(/\s+/g, ' ')).toMatch(words);
      expect(code).toBe(2);
      expect(refused.cdk).toEqual([]);
      expect(await refused.keptNow()).toEqual(before);
      const agreed = await inAccount({ answer: true });
      await agreed.keep(before);
      expect((await agreed.command('deploy', '--stage', 'prod', '-c', pair)).code).toBe(0);
      const unattended = await inAccount();
      await unattended.keep(before);
      expect((await unattended.command('deploy', '--stage', 'prod', '-c', pair)).said).toContain('--yes');
      expect(unattended.cdk).toEqual([]);
      expect((await unattended.command('deploy', '--stage', 'prod', '-c', pair, '--yes')).code).toBe(0);
    },
  );

  it('refuses another region or account than the stage lives in', async () => {
    const { command, keep, cdk } = await inAccount();
    await keep({ account: '111122223333', region: 'us-west-2' });
    const region = await command('deploy', '--stage', 'prod', '-c', 'region=eu-west-1');
    expect(region.said.replaceAll(/\s+/g, ' ')).toContain('Stage prod lives in us-west-2');
    await keep({ account: '999999999999', region: 'eu-central-1' });
    const account = await command('deploy', '--stage', 'prod');
    expect(account.said.replaceAll(/\s+/g, ' ')).toContain('lives in account 999999999999');
    expect([region.code, account.code, cdk]).toEqual([2, 2, []]);
  });

  it('takes the region from the file of the stage, not from the shell', async () => {
    const { command, keep } = await inAccount();
    await keep({ account: '111122223333', region: 'us-west-2' });
    expect((await command('deploy', '--stage', 'prod')).said).toContain('region us-west-2');
  });

  it('names a field of the file that there is not', async () => {
    const { command, keep } = await inAccount();
    await keep({ logdays: 90 });
    const { code, said } = await command('deploy', '--stage', 'prod');
    expect(said).toContain('logdays: the file of stage prod has a field of this name');
    expect(code).toBe(2);
  });

  it('says so when the alarms have no receiver', async () => {
    const { command } = await inAccount();
    expect((await command('deploy', '--stage', 'prod')).said).toContain(
      'Alarms reach nobody: name a receiver',
    );
    const mailed = await inAccount();
    const { said } = await mailed.command('deploy', '--stage', 'prod', '-c', 'alarmEmail=a@example.com');
    expect(said).not.toContain('Alarms reach nobody');
  });

  const stuck = (status: string) => ({
    stackStatus: async (_: string, stack: string) => (stack === 'CDKToolkit' ? 'CREATE_COMPLETE' : status),
  });
  it.each<[string, Partial<AwsAccount>, RegExp]>([
    [
      'the CDK was never used there',
      { stackStatus: async () => undefined },
      /npx cdk bootstrap aws:\/\/111122223333\/eu-central-1/,
    ],
    [
      'a new account runs ten functions at once',
      { concurrency: async () => ({ limit: 10, unreserved: 10 }) },
      /-c reservedConcurrency=none/,
    ],
    [
      'other stages have reserved too much',
      { concurrency: async () => ({ limit: 400, unreserved: 250 }) },
      /request-service-quota-increase --region eu-central-1 --service-code lambda --quota-code L-B99A9384/,
    ],
    [
      'a first deployment was rolled back',
      stuck('ROLLBACK_COMPLETE'),
      /delete-stack --region eu-central-1 --stack-name chirpsmith-prod-storage/,
    ],
    ['an update could not be rolled back', stuck('UPDATE_ROLLBACK_FAILED'), /continue-update-rollback/],
    [
      'a machine of the stage that was here is still being deleted',
      { machineStatus: async (_, arn) => (arn.endsWith('-upload-batch') ? 'DELETING' : undefined) },
      /state machine chirpsmith-prod-upload-batch.*npx chirpsmith deploy --stage prod/s,
    ],
    ['the stack is still being deleted', stuck('DELETE_IN_PROGRESS'), /wait stack-delete-complete/],
  ])('refuses before CDK starts, with the command that helps, when %s', async (_, aws, advice) => {
    const { command, cdk } = await inAccount({ aws });
    const { code, said } = await command('deploy', '--stage', 'prod');
    expect(said).toMatch(advice);
    expect([code, cdk]).toEqual([2, []]);
  });

  it('fits into a new account with reservedConcurrency=none, as the refusal advises', async () => {
    const { command } = await inAccount({
      aws: { concurrency: async () => ({ limit: 10, unreserved: 10 }) },
    });
    expect((await command('deploy', '--stage', 'prod', '-c', 'reservedConcurrency=none')).code).toBe(0);
  });

  it('leaves the questions out that the credentials may not ask', async () => {
    const denied = () =>
      Promise.reject(new ChirpsmithError('AccessDenied', 'These credentials may not do this.'));
    const { command } = await inAccount({ aws: { concurrency: denied, stackStatus: denied } });
    expect((await command('deploy', '--stage', 'prod')).code).toBe(0);
  });

  it.each([
    [
      'ReservedConcurrentExecutions … UnreservedConcurrentExecution below its minimum value of [100]',
      /reservedConcurrency=none/,
    ],
    ['User: arn:aws:sts::1:x is not authorized to perform: lambda:CreateFunction', /npx cdk bootstrap/],
    ['You tried to create a secret which is scheduled for deletion', /restore-secret/],
    ['Resource of type AWS::IAM::Role with identifier x already exists', /choose another --stage/],
    ['You must wait 60 seconds after deleting a queue', /Wait two minutes/],
    ['The state machine is being deleted (StateMachineDeleting)', /Wait two minutes/],
    [
      'Function not found: x (Service: Lambda, Status Code: 404) (HandlerErrorCode: NotFound)',
      /has drifted.* detect-stack-drift --region eu-central-1 --stack-name chirpsmith-prod-service/,
    ],
    ['LimitExceededException: too many log resource policies', /service-quotas/],
    ['Something else', /in the lines of the CDK above/],
  ])('after a failure shows the reason "%s" with advice that fits', async (reason, advice) => {
    const { file, command } = await inAccount({
      code: 1,
      aws: {
        stackStatus: async () => 'UPDATE_ROLLBACK_COMPLETE',
        failures: async () => [`AWS::Lambda::Function X: ${reason}`],
      },
    });
    const { code, said } = await command('deploy', '--stage', 'prod');
    expect(code).toBe(1);
    expect(said.replaceAll(/\s+/g, ' ')).toContain(reason.slice(0, 40));
    expect(said.replaceAll(/\s+/g, ' ')).toMatch(advice);
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
    // A deployment right after it meets machines that AWS still deletes.
    expect(said).toMatch(
      /another API address.*deletes a state machine once its last executions have ended.*before that is refused/s,
    );
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
    const { cdk, command } = await inAccount(credentials ? {} : { aws: { identity: async () => undefined } });
    const { code, said } = await command(name, ...argv);
    expect(said).toMatch(words);
    expect(code).toBe(2);
    expect(cdk).toEqual([]);
  });
});
