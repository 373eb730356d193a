import { describe, expect, test } from 'vitest';
import { first, readStacks, serviceTemplate, smallAssembly, storageTemplate } from './assembly-fixture.ts';

const account = '123456789012';

function readWith(change: (service: ReturnType<typeof serviceTemplate>) => void) {
  const service = serviceTemplate();
  change(service);
  return () => readStacks({ Storage: storageTemplate(), Service: service });
}

test('reads a function with its environment, bundle, role and invokers, across stacks', () => {
  const assembly = smallAssembly();
  const work = first(assembly.functions);
  expect(work).toMatchObject({
    name: 'Service-work',
    arn: `arn:aws:lambda:us-east-1:${account}:function:Service-work`,
    handler: 'index.handler',
    timeoutSeconds: 20,
    memoryMb: 128,
    environment: {
      MACHINE: `arn:aws:states:us-east-1:${account}:stateMachine:train`,
      TABLE_NAME: 'sessions',
    },
    invokers: [
      {
        principal: 'apigateway.amazonaws.com',
        sourceArn: `arn:aws:execute-api:us-east-1:${account}:${first(assembly.apis).id}/*/*/sessions/{id}`,
      },
    ],
  });
  expect(work.directory).toMatch(/^\/.*asset\.abc123$/);
});

test('collects the statements of attached, inline and managed policies in the role', () => {
  const { roles, functions, machines, secrets } = smallAssembly();
  const work = roles.find(({ arn }) => arn === first(functions).roleArn);
  expect(work).toMatchObject({ name: 'Service/Work/ServiceRole', assumedBy: ['lambda.amazonaws.com'] });
  expect(work?.statements.flatMap(({ actions }) => actions)).toContain('logs:PutLogEvents');
  expect(work?.statements).toContainEqual({
    effect: 'Allow',
    actions: ['secretsmanager:GetSecretValue'],
    resources: [first(secrets).arn],
    conditions: {},
  });
  const machine = roles.find(({ arn }) => arn === first(machines).roleArn);
  expect(machine?.statements).toEqual([
    {
      effect: 'Allow',
      actions: ['lambda:InvokeFunction'],
      resources: [first(functions).arn],
      conditions: {},
    },
  ]);
});

test('reads tables, buckets, secrets, machines, APIs and outputs', () => {
  const assembly = smallAssembly();
  expect(assembly.tables).toMatchObject([{ name: 'sessions', ttlAttribute: 'expiresAt' }]);
  expect(assembly.buckets).toMatchObject([
    { versioned: true, corsRules: [{ origins: ['http://localhost:5173'], methods: ['PUT'] }] },
  ]);
  expect(first(assembly.buckets).name).toMatch(/^storage-audio-[0-9a-f]{12}$/);
  expect(assembly.secrets).toMatchObject([{ name: 'provider-key' }]);
  expect(first(assembly.secrets).arn).toMatch(/:secret:provider-key-.{6}$/);
  expect(first(assembly.machines).definition).toMatchObject({
    StartAt: 'Work',
    States: { Work: { Resource: first(assembly.functions).arn } },
  });
  expect(first(assembly.apis)).toMatchObject({
    cors: { origins: ['http://localhost:5173'], methods: ['GET'], headers: [] },
    routes: [
      {
        key: 'GET /sessions/{id}',
        functionArn: first(assembly.functions).arn,
        authorizer: { issuer: 'https://issuer.example', audience: ['chirpsmith'] },
      },
    ],
  });
  expect(assembly.outputs.MachineArn).toBe(first(assembly.machines).arn);
});

test('gives the same names at every reading, so that data on disk is found again', () => {
  const [one, two] = [smallAssembly(), smallAssembly()];
  expect(one.buckets).toEqual(two.buckets);
  expect(one.secrets).toEqual(two.secrets);
});

test('refuses an unknown resource type by stack, logical id and type', () => {
  const read = readWith(({ Resources }) => {
    Resources.Queue = { Type: 'AWS::Kinesis::Stream' };
  });
  expect(read).toThrow('Service: Queue (AWS::Kinesis::Stream): this type is not known to the local runtime.');
});

test('refuses an unknown field of a known type by its name', () => {
  const read = readWith(({ Resources }) => {
    Object.assign(Resources.Work?.Properties ?? {}, { Layers: ['arn'] });
  });
  expect(read).toThrow('Service: Work (AWS::Lambda::Function): Layers: not known to the local runtime.');
});

test('refuses a nested field that it would have to honour', () => {
  const read = readWith(({ Resources }) => {
    const Properties = { ...Object(Resources.Api?.Properties), CorsConfiguration: { AllowEverything: true } };
    Resources.Api = { Type: 'AWS::ApiGatewayV2::Api', Properties };
  });
  expect(read).toThrow(
    'Service: Api (AWS::ApiGatewayV2::Api): CorsConfiguration.AllowEverything: not known to the local runtime.',
  );
});

test.each([
  ['intrinsic', { 'Fn::Base64': 'x' }, 'the intrinsic Fn::Base64 is not known'],
  ['reference', { Ref: 'Nothing' }, 'Ref of Nothing, which the stack does not have'],
  ['attribute', { 'Fn::GetAtt': ['Machine', 'Colour'] }, 'Fn::GetAtt Machine.Colour'],
  ['import', { 'Fn::ImportValue': 'Nowhere' }, 'Fn::ImportValue of Nowhere, which no stack exports'],
])('refuses an unknown %s by name', (_, value, message) => {
  const read = readWith(({ Resources }) => {
    Object.assign(Resources.Work?.Properties ?? {}, { Description: value });
  });
  expect(read).toThrow(`Service: Work (AWS::Lambda::Function): ${message}`);
});

const rule = {
  ScheduleExpression: 'rate(2 hours)',
  Targets: [{ Id: 'a', Arn: { 'Fn::GetAtt': ['Work', 'Arn'] } }],
};

test('reads a rule that calls a function at a rate', () => {
  const { rules, functions } = readWith(({ Resources }) => {
    Resources.Often = { Type: 'AWS::Events::Rule', Properties: { Name: 'often', ...rule } };
  })();
  expect(rules).toEqual([
    {
      name: 'often',
      arn: `arn:aws:events:us-east-1:${account}:rule/often`,
      busName: 'default',
      everySeconds: 7200,
      pattern: undefined,
      targets: [{ arn: first(functions).arn, deadLetterArn: undefined }],
    },
  ]);
});

const getArn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const letters = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'letters' } };
const pattern = { source: ['aws.s3'], detail: { object: { key: [{ prefix: 'inbox/' }] } } };

test('reads a rule for events of a bus, with the queues for what cannot be done', () => {
  const { rules, buses, queues, functions, asynchronousInvocations } = readWith(({ Resources }) => {
    const targets = [{ Id: 'a', Arn: getArn('Work'), DeadLetterConfig: { Arn: getArn('Letters') } }];
    const statement = {
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Principal: { Service: 'events.amazonaws.com' },
      Resource: getArn('Letters'),
      Condition: { ArnEquals: { 'aws:SourceArn': getArn('Told') } },
    };
    const policy = { Version: '2012-10-17', Statement: [statement] };
    Object.assign(Resources, {
      Turns: { Type: 'AWS::Events::EventBus', Properties: { Name: 'turns' } },
      Told: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'told',
          EventBusName: { Ref: 'Turns' },
          EventPattern: pattern,
          Targets: targets,
        },
      },
      Letters: letters,
      LettersPolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Letters' }], PolicyDocument: policy },
      },
      Later: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Work' },
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 1,
          DestinationConfig: { OnFailure: { Destination: getArn('Letters') } },
        },
      },
    });
  })();
  const functionArn = first(functions).arn;
  const deadLetterArn = `arn:aws:sqs:us-east-1:${account}:letters`;
  const arn = `arn:aws:events:us-east-1:${account}:rule/turns/told`;
  expect(buses).toEqual([
    { name: 'default', arn: `arn:aws:events:us-east-1:${account}:event-bus/default` },
    { name: 'turns', arn: `arn:aws:events:us-east-1:${account}:event-bus/turns` },
  ]);
  const targets = [{ arn: functionArn, deadLetterArn }];
  expect(rules).toEqual([{ name: 'told', arn, busName: 'turns', everySeconds: undefined, pattern, targets }]);
  const senders = [{ principal: 'events.amazonaws.com', sourceArn: arn }];
  expect(queues).toEqual([{ name: 'letters', arn: deadLetterArn, senders }]);
  expect(asynchronousInvocations).toEqual([
    { functionArn, retries: 1, maxAgeSeconds: 21_600, onFailureArn: deadLetterArn },
  ]);
});

test.each([
  ['a calendar', { ScheduleExpression: 'cron(0 3 * * ? *)' }, 'only rate(…) is known'],
  ['a schedule that has a pattern', { EventPattern: pattern }, 'not both'],
  [
    'a pattern that it does not know',
    { ScheduleExpression: undefined, EventPattern: { detail: { size: [{ numeric: ['>', 1] }] } } },
    'EventPattern: detail.size: the condition {"numeric":[">",1]} is not known',
  ],
  ['a bus that is not there', { EventBusName: 'nowhere' }, 'EventBusName: nowhere is no bus'],
  ['a target that is no function', { Targets: [{ Id: 'a', Arn: 'arn:topic' }] }, 'Targets.0.Arn: arn:topic'],
  [
    'an input of its own for a target',
    { Targets: [{ Id: 'a', Arn: getArn('Work'), InputPath: '$.detail' }] },
    'Targets.0.InputPath: not known',
  ],
  [
    'dead letters to a missing queue',
    { Targets: [{ Id: 'a', Arn: getArn('Work'), DeadLetterConfig: { Arn: 'arn:nowhere' } }] },
    'Targets.0.DeadLetterConfig.Arn: arn:nowhere is no queue',
  ],
  ['a rule that is switched off', { State: 'DISABLED' }, 'State: '],
])('refuses %s, which it would have to follow', (_, changed, message) => {
  const read = readWith(({ Resources }) => {
    Resources.Often = { Type: 'AWS::Events::Rule', Properties: { ...rule, ...changed } };
  });
  expect(read).toThrow('Service: Often (AWS::Events::Rule): ');
  expect(read).toThrow(message);
});

test('refuses a managed policy that it does not know the statements of', () => {
  const read = readWith(({ Resources }) => {
    Object.assign(Resources.WorkRole?.Properties ?? {}, {
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    });
  });
  expect(read).toThrow('ManagedPolicyArns: arn:aws:iam::aws:policy/AdministratorAccess is not known');
});

test('refuses a function whose role Lambda may not assume', () => {
  const read = readWith(({ Resources }) => {
    Object.assign(Resources.Work?.Properties ?? {}, { Role: { 'Fn::GetAtt': ['MachineRole', 'Arn'] } });
  });
  expect(read).toThrow('Service-work: lambda.amazonaws.com may not assume its role');
});

test('refuses a resource under a condition, and parameters that are not the bootstrap version', () => {
  const conditional = readWith(({ Resources }) =>
    Object.assign(Resources.Work ?? {}, { Condition: 'IsProd' }),
  );
  expect(conditional).toThrow('Service: Work (AWS::Lambda::Function): Condition is not known');
  const parameter = readWith((service) => {
    service.Parameters = { Size: { Type: 'Number' } };
  });
  expect(parameter).toThrow('Service: Parameters.Size is not known');
});

test('accepts a bucket policy that only demands TLS, and no other', () => {
  const policy = (statement: object) =>
    readWith(({ Resources }) => {
      Resources.Policy = {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: 'audio',
          PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
        },
      };
    });
  const tls = {
    Effect: 'Deny',
    Action: 's3:*',
    Principal: { AWS: '*' },
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  expect(policy(tls)).not.toThrow();
  expect(policy({ ...tls, Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } })).not.toThrow();
  expect(policy({ ...tls, Condition: {} })).toThrow(
    'Service: Policy (AWS::S3::BucketPolicy): PolicyDocument.Statement.0: only demands for TLS',
  );
});

describe('a distribution', () => {
  const behavior = {
    TargetOriginId: 'files',
    ResponseHeadersPolicyId: { Ref: 'Headers' },
    ViewerProtocolPolicy: 'https-only',
    CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  };
  /** With a bucket of its own; its policy is left out where no reader is wanted. */
  const distribution = ({ reader = true, control = true, pattern = '/api/*' } = {}) =>
    readWith(({ Resources }) => {
      const bucket = { 'Fn::GetAtt': ['Files', 'RegionalDomainName'] };
      const arn = {
        'Fn::Join': [
          '',
          ['arn:aws:cloudfront::', { Ref: 'AWS::AccountId' }, ':distribution/', { Ref: 'Page' }],
        ],
      };
      Resources.Files = { Type: 'AWS::S3::Bucket', Properties: {} };
      Resources.Headers = {
        Type: 'AWS::CloudFront::ResponseHeadersPolicy',
        Properties: { ResponseHeadersPolicyConfig: { Name: 'headers' } },
      };
      Resources.Control = {
        Type: 'AWS::CloudFront::OriginAccessControl',
        Properties: {
          OriginAccessControlConfig: {
            OriginAccessControlOriginType: 's3',
            SigningBehavior: 'always',
            SigningProtocol: 'sigv4',
          },
        },
      };
      Resources.Page = {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            Enabled: true,
            DefaultRootObject: 'index.html',
            DefaultCacheBehavior: behavior,
            CacheBehaviors: [{ ...behavior, PathPattern: pattern }],
            Origins: [
              {
                Id: 'files',
                DomainName: bucket,
                ...(control && { OriginAccessControlId: { 'Fn::GetAtt': ['Control', 'Id'] } }),
                S3OriginConfig: { OriginAccessIdentity: '' },
              },
            ],
          },
        },
      };
      const reads = {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Resource: { 'Fn::Join': ['/', [{ 'Fn::GetAtt': ['Files', 'Arn'] }, '*']] },
        Condition: { StringEquals: { 'AWS:SourceArn': arn } },
      };
      Resources.FilesPolicy = {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'Files' },
          PolicyDocument: { Version: '2012-10-17', Statement: reader ? [reads] : [] },
        },
      };
    });

  test('is read where its bucket lets it read', () => {
    expect(distribution()).not.toThrow();
  });

  test.each([
    [{ reader: false }, 'no policy of the bucket'],
    [{ control: false }, 'has no origin access control'],
    [{ pattern: '*.png' }, 'only all below one folder, /name/*, is known to the local runtime'],
  ])('is refused where AWS would answer otherwise than this machine: %j', (without, problem) => {
    expect(distribution(without)).toThrow(problem);
  });
});
