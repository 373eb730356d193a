import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { createApiClient } from '../../cli/api-client.ts';
import { smokeRows } from '../../cli/smoke/checks.ts';
import { configured, propertiesOf, synthesized } from './synthesized.ts';

const origin = 'https://app.example.com';

/** What the checklist advises for a row, on a stage without alarms and without pages in a browser. */
async function adviceFor(wanted: string): Promise<string> {
  const answers = { current: async () => 'token', renewed: async () => 'token' };
  const rows = smokeRows({
    ...{ stage: 'dev', api: 'https://api.example.com', bucket: 'b', stateMachineArn: 'arn' },
    ...{ origin, maySpend: false, files: [], concurrency: undefined, turns: undefined, patience: 0 },
    s3: new S3Client({ region: 'us-east-1' }),
    stepFunctions: new SFNClient({ region: 'us-east-1' }),
    client: createApiClient('https://api.example.com', answers),
    alarms: async () => ({}),
    fetch: async () => new Response(null, { status: 204 }),
    sleep: async () => {},
    now: () => 0,
  });
  for await (const { name, todo } of rows) if (name === wanted && todo !== undefined) return todo;
  throw new Error(`The row "${wanted}" advises nothing.`);
}

/** The configuration that a printed deploy gives CDK. */
function contextOf(command: string): Record<string, string> {
  const { given = '' } =
    /^npx chirpsmith deploy --stage dev(?<given>( -c \w+=\S+)+)$/.exec(command)?.groups ?? {};
  return Object.fromEntries(
    [...given.matchAll(/-c (\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

const resourcesOf = (type: string, context: Record<string, string>) =>
  Object.values(propertiesOf(synthesized(configured({ stage: 'dev', ...context })).service, type));

test('the command that smoke prints for a stage without alarms deploys alarms', async () => {
  const without = { alarms: 'false' };
  expect(resourcesOf('AWS::CloudWatch::Alarm', without)).toEqual([]);
  const context = contextOf(await adviceFor('Alarms'));
  expect(context).toEqual({ alarms: 'true' });
  expect(resourcesOf('AWS::CloudWatch::Alarm', { ...without, ...context }).length).toBeGreaterThan(0);
});

test('the command that smoke prints for an origin that is not allowed deploys an API that allows it', async () => {
  const [api] = resourcesOf('AWS::ApiGatewayV2::Api', contextOf(await adviceFor('A preflight of a browser')));
  expect(api).toMatchObject({ CorsConfiguration: { AllowOrigins: [origin] } });
});
