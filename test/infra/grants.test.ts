import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { propertiesOf, synthesized } from './synthesized.ts';

const { service } = synthesized();

const oneOrMore = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const documentSchema = z.object({
  Statement: z.array(
    z.object({
      Effect: z.literal('Allow'),
      Action: oneOrMore,
      Resource: oneOrMore,
      /** All of them; of the values of one key, any. */
      Condition: z.record(z.string(), z.record(z.string(), z.string())).default({}),
    }),
  ),
});
const roleSchema = z.object({
  Description: z.string(),
  Policies: z.array(z.object({ PolicyDocument: documentSchema })).default([]),
  ManagedPolicyArns: z.undefined().optional(),
});
const policySchema = z.object({
  PolicyDocument: documentSchema,
  Roles: z.tuple([z.object({ Ref: z.string() })]),
});

/** An ARN as a person says it. */
function spoken(resource: unknown): string {
  const text = JSON.stringify(resource);
  const rest = /\}, ?"(\/[^"]*)"\]/.exec(text)?.[1] ?? '';
  const executions = /:execution:([^"]+)"/.exec(text)?.[1];
  if (executions) return `executions ${executions}`;
  const known = /ImportValue.*(Audio|Sessions|ProviderKey)[0-9A-F]{8}/.exec(text)?.[1];
  if (/"Ref":"RelayKey/.test(text)) return 'relay secret';
  const spokenOf = { Audio: 'bucket', Sessions: 'table', ProviderKey: 'secret' };
  if (known) return Object.entries(spokenOf).find(([id]) => id === known)?.[1] + rest;
  const machine = /:stateMachine:chirpsmith-local-([a-z-]+)"/.exec(text)?.[1];
  if (machine) return `machine ${machine}`;
  const bus = /:(event-bus\/[^"]+)"/.exec(text)?.[1];
  if (bus) return bus;
  const own = /"(\w+)Logs[0-9A-F]{8}"/.exec(text)?.[1];
  if (own) return `logs of ${own}`;
  return /"Fn::GetAtt":\["(\w+)[0-9A-F]{8}","Arn"\]/.exec(text)?.[1] ?? String(resource);
}

/** Everything that each role may do, `action resource`, by the role's name. */
function permissions(): Record<string, string[]> {
  const roles = propertiesOf(service, 'AWS::IAM::Role');
  const policies = Object.values(propertiesOf(service, 'AWS::IAM::Policy')).map((policy) =>
    policySchema.parse(policy),
  );
  const entries = Object.entries(roles).map(([id, raw]) => {
    const role = roleSchema.parse(raw);
    const documents = [
      ...role.Policies.map(({ PolicyDocument }) => PolicyDocument),
      ...policies.filter(({ Roles: [{ Ref }] }) => Ref === id).map(({ PolicyDocument }) => PolicyDocument),
    ];
    const lines = documents.flatMap(({ Statement }) =>
      Statement.flatMap(({ Action, Resource, Condition }) => {
        const tests = Object.entries(Condition).flatMap(([operator, keys]) =>
          Object.entries(keys).map(([key, value]) => ` if ${key} ${operator} ${value}`),
        );
        const only = tests.join('');
        return Resource.flatMap((resource) => Action.map((action) => `${action} ${spoken(resource)}${only}`));
      }),
    );
    return [role.Description.replace(/^What chirpsmith-local-(\S+) may do$/, '$1'), lines.sort()] as const;
  });
  return Object.fromEntries(entries);
}

const trace = ['xray:PutTelemetryRecords *', 'xray:PutTraceSegments *'];
const logs = (id: string) => [`logs:CreateLogStream logs of ${id}`, `logs:PutLogEvents logs of ${id}`];
const says = (type: string) =>
  `events:PutEvents event-bus/default if events:source ForAllValues:StringEquals chirpsmith.local` +
  ` if events:detail-type ForAllValues:StringEquals ${type}` +
  ' if events:source Null false if events:detail-type Null false';
const records = (...actions: string[]) => actions.map((action) => `dynamodb:${action} table`);
/** Whoever changes the status of sessions tells it. */
const table = (...actions: string[]) => [
  ...records(...actions),
  ...(actions.some((action) => /^(Put|Update)Item$/.test(action)) ? [says('Session status changed')] : []),
];
const readAudio = ['s3:GetObject bucket/*', 's3:GetObjectVersion bucket/*'];
const key = ['secretsmanager:GetSecretValue secret'];
/** Both dialects, for whoever makes music or personas. */
const bothKeys = [...key, 'secretsmanager:GetSecretValue relay secret'];
const executions = (action: string, ...machines: string[]) =>
  machines.map((name) => `states:${action} executions chirpsmith-local-${name}:*`);
const machines = ['train-model', 'upload-batch', 'generate-music'];
const starts = machines.map((name) => `states:StartExecution machine ${name}`);
const describeExecution = executions('DescribeExecution', ...machines);

const beginsTraining = [
  ...table('GetItem', 'Query', 'PutItem', 'UpdateItem'),
  'states:StartExecution machine train-model',
  ...executions('DescribeExecution', 'train-model'),
];
const beginsRuns = [...table('GetItem', 'Query', 'PutItem', 'UpdateItem'), ...starts, ...describeExecution];

const functions: Record<string, [id: string, ...permissions: string[]]> = {
  'prepare-session': [
    'PrepareSession',
    ...table('GetItem', 'Query', 'PutItem', 'UpdateItem'),
    ...readAudio,
    's3:ListBucket bucket',
    's3:PutObject bucket/audio/*',
    ...key,
    ...executions('DescribeExecution', 'train-model'),
  ],
  'submit-upload': [
    'SubmitUpload',
    ...records('GetItem', 'UpdateItem'),
    ...readAudio,
    's3:ListBucket bucket',
    ...key,
  ],
  'check-upload': ['CheckUpload', ...records('GetItem', 'UpdateItem'), ...key],
  'enough-clips': ['EnoughClips', ...table('GetItem', 'Query', 'PutItem', 'UpdateItem')],
  'create-model': ['CreateModel', ...table('GetItem', 'Query', 'UpdateItem'), ...key],
  'check-training': ['CheckTraining', ...table('GetItem', 'Query', 'PutItem', 'UpdateItem'), ...key],
  'record-failure': ['RecordFailure', ...table('GetItem', 'Query', 'UpdateItem')],
  'create-session': ['CreateSession', ...table('GetItem', 'Query', 'PutItem'), 's3:PutObject bucket/audio/*'],
  'start-session': ['StartSession', ...beginsRuns],
  'resume-session': ['ResumeSession', ...beginsRuns],
  'approve-session': ['ApproveSession', ...beginsTraining],
  'decide-session': ['DecideSession', ...beginsRuns],
  'cancel-session': [
    'CancelSession',
    ...table('GetItem', 'Query', 'UpdateItem'),
    ...executions('StopExecution', ...machines),
  ],
  'prepare-batch': [
    'PrepareBatch',
    ...table('GetItem', 'Query', 'PutItem', 'UpdateItem'),
    's3:GetObject bucket/audio/*/files.*.json',
    ...key,
    ...executions('DescribeExecution', 'upload-batch'),
  ],
  'inspect-file': [
    'InspectFile',
    ...records('GetItem', 'UpdateItem'),
    ...readAudio,
    's3:ListBucket bucket',
    's3:PutObject bucket/audio/*',
  ],
  'reconcile-clips': ['ReconcileClips', ...table('GetItem', 'Query', 'UpdateItem'), ...key],
  'add-files': ['AddFiles', ...records('GetItem', 'PutItem', 'UpdateItem'), 's3:PutObject bucket/audio/*'],
  'sign-uploads': [
    'SignUploads',
    ...records('GetItem', 'UpdateItem'),
    's3:PutObject bucket/audio/*',
    's3:GetObject bucket/audio/*',
    's3:ListMultipartUploadParts bucket/audio/*',
    's3:ListBucket bucket',
  ],
  'replace-track': [
    'ReplaceTrack',
    ...records('GetItem', 'Query', 'UpdateItem'),
    's3:PutObject bucket/audio/*',
  ],
  'get-timeline': ['GetTimeline', ...table('GetItem', 'Query')],
  'get-session': ['GetSession', ...table('GetItem', 'Query'), ...describeExecution],
  'delete-session': [
    'DeleteSession',
    ...table('GetItem', 'Query', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'),
    's3:ListBucketVersions bucket if s3:prefix StringLike audio/*',
    's3:DeleteObjectVersion bucket/audio/*',
    's3:AbortMultipartUpload bucket/audio/*',
    's3:DeleteObjectVersion bucket/music/*',
    's3:ListBucketVersions bucket if s3:prefix StringLike music/*',
    ...describeExecution,
  ],
  openapi: ['OpenApi'],
  'unknown-route': ['UnknownRoute'],
  'list-sessions': ['ListSessions', 'dynamodb:Query table/index/byOwner'],
  sweep: [
    'SweepFunction',
    ...table('GetItem', 'UpdateItem'),
    'dynamodb:Query table/index/underWay',
    ...starts,
    ...describeExecution,
  ],
  'start-from-manifest': [
    'InboxFunction',
    's3:GetObject bucket/audio/*/files.*.json',
    's3:ListBucket bucket if s3:prefix StringLike inbox/*',
    's3:GetObject bucket/inbox/*/manifest*.json',
    ...['error', 'late'].flatMap((name) =>
      ['Put', 'Delete'].map((verb) => `s3:${verb}Object bucket/inbox/*/manifest.${name}.json`),
    ),
    's3:PutObject bucket/inbox/*/manifest.started.json',
    ...['inbox/', 'Inbox/', 'INBOX/', '/inbox/'].map(
      (folder) => `s3:PutObject bucket/${folder}*manifest.error.json`,
    ),
    's3:PutObject bucket/audio/*/files.*.json',
    ...['train-model', 'upload-batch'].map((name) => `states:StartExecution machine ${name}`),
    ...executions('DescribeExecution', 'train-model', 'upload-batch'),
    says('Manifest rejected'),
    ...['GetQueueAttributes', 'GetQueueUrl', 'SendMessage'].map((action) => `sqs:${action} InboxDeadLetters`),
  ],
  'request-music': ['RequestMusic', ...table('GetItem', 'UpdateItem'), ...bothKeys],
  'check-music': ['CheckMusic', ...table('GetItem', 'PutItem', 'UpdateItem'), ...bothKeys],
  'copy-audio': ['CopyAudio', ...table('GetItem', 'UpdateItem'), 's3:PutObject bucket/music/*', ...bothKeys],
  'create-generation': [
    'CreateGeneration',
    ...table('GetItem', 'Query', 'PutItem', 'UpdateItem'),
    // Sessions whose clips music is made from, or may not be.
    'dynamodb:Query table/index/byOwner',
    'states:StartExecution machine generate-music',
    ...executions('DescribeExecution', 'generate-music'),
  ],
  'get-generation': [
    'GetGeneration',
    ...table('Query'),
    's3:GetObject bucket/music/*',
    ...executions('DescribeExecution', 'generate-music'),
  ],
  'list-generations': ['ListGenerations', 'dynamodb:Query table/index/byOwner'],
  'list-models': ['ListModels', ...table('Query')],
  'get-account': ['GetAccount', ...key],
  // Writes no session, and so tells no turn.
  'create-persona': [
    'CreatePersona',
    ...['GetItem', 'Query', 'PutItem'].map((action) => `dynamodb:${action} table`),
    ...bothKeys,
  ],
  'list-personas': ['ListPersonas', ...table('Query')],
};

const states: Record<string, string[]> = {
  'train-model': [
    'prepare-session',
    'submit-upload',
    'check-upload',
    'enough-clips',
    'create-model',
    'check-training',
    'record-failure',
  ],
  'upload-batch': [
    'prepare-batch',
    'inspect-file',
    'submit-upload',
    'check-upload',
    'reconcile-clips',
    'record-failure',
  ],
  'generate-music': ['request-music', 'check-music', 'copy-audio', 'record-failure'],
};

describe('each function may do what it does, and nothing else', () => {
  const actual = permissions();

  test.each(Object.entries(functions))('%s', (name, [id, ...expected]) => {
    expect(actual[name]).toEqual([...expected, ...logs(id), ...trace].sort());
  });

  test('a writer of records may check whether a write was its own', () => {
    const writers = Object.entries(actual).filter(([, lines]) =>
      lines.some((line) => /^dynamodb:(Put|Update)Item table/.test(line)),
    );
    expect(writers.length).toBeGreaterThan(10);
    for (const [name, lines] of writers) expect([name, ...lines]).toContain('dynamodb:GetItem table');
  });

  test('there is no role beyond these and the machines', () => {
    expect(Object.keys(actual).sort()).toEqual([...Object.keys(functions), ...machines].sort());
  });

  test.each(machines)('%s invokes the functions of its states, and delivers its logs and traces', (name) => {
    const lines = actual[name] ?? [];
    const invoked = (states[name] ?? []).map((state) => `lambda:InvokeFunction ${functions[state]?.[0]}`);
    expect(lines.filter((line) => line.startsWith('lambda:'))).toEqual(invoked.sort());
    for (const line of lines.filter((one) => !/^(lambda|states):/.test(one))) {
      expect(line).toMatch(/^(logs|xray):[A-Za-z]+ \*$/);
    }
  });

  test.each(['train-model', 'upload-batch'])(
    '%s starts and ends the executions of its own Map, and no others',
    (name) => {
      const own = actual[name]?.filter((line) => line.startsWith('states:'));
      expect(own).toEqual([
        ...executions('DescribeExecution', name),
        `states:StartExecution machine ${name}`,
        ...executions('StopExecution', name),
      ]);
    },
  );

  test('generate-music starts no execution', () => {
    expect(actual['generate-music']?.filter((line) => line.startsWith('states:'))).toEqual([]);
  });

  test('any other function is invoked by its own route or schedule only', () => {
    const invokers = Object.values(propertiesOf(service, 'AWS::Lambda::Permission')).map(
      ({ FunctionName, Principal, SourceArn }) => {
        const text = JSON.stringify(SourceArn);
        const route = /\/\*\/\*((\/[^"]+)?)"/.exec(text)?.[1];
        const schedule = /"(Sweep|Inbox)(?:Schedule|Uploads)[0-9A-F]{8}","Arn"/.exec(text)?.[1];
        return `${spoken(FunctionName)} ${Principal} ${route ?? schedule}`;
      },
    );
    expect(invokers.sort()).toEqual([
      'AddFiles apigateway.amazonaws.com /sessions/{id}/files',
      'ApproveSession apigateway.amazonaws.com /sessions/{id}/approve',
      'CancelSession apigateway.amazonaws.com /sessions/{id}/cancel',
      'CreateGeneration apigateway.amazonaws.com /generations',
      'CreatePersona apigateway.amazonaws.com /personas',
      'CreateSession apigateway.amazonaws.com /sessions',
      'DecideSession apigateway.amazonaws.com /sessions/{id}/decide',
      'DeleteSession apigateway.amazonaws.com /sessions/{id}',
      'GetAccount apigateway.amazonaws.com /account',
      'GetGeneration apigateway.amazonaws.com /generations/{id}',
      'GetSession apigateway.amazonaws.com /sessions/{id}',
      'GetTimeline apigateway.amazonaws.com /sessions/{id}/timeline',
      'InboxFunction events.amazonaws.com Inbox',
      'ListGenerations apigateway.amazonaws.com /generations',
      'ListModels apigateway.amazonaws.com /models',
      'ListPersonas apigateway.amazonaws.com /personas',
      'ListSessions apigateway.amazonaws.com /sessions',
      'OpenApi apigateway.amazonaws.com /openapi.json',
      'ReplaceTrack apigateway.amazonaws.com /sessions/{id}/tracks/{trackId}',
      'ResumeSession apigateway.amazonaws.com /sessions/{id}/resume',
      'SignUploads apigateway.amazonaws.com /sessions/{id}/uploads',
      'StartSession apigateway.amazonaws.com /sessions/{id}/start',
      'SweepFunction events.amazonaws.com Sweep',
      // $default: whatever no other route takes.
      'UnknownRoute apigateway.amazonaws.com ',
    ]);
  });
});
