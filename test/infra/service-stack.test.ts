import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { configurations } from './configurations.ts';
import { origins, propertiesOf, synthesized, tuned } from './synthesized.ts';

const { service, storage } = synthesized(tuned);
const functions = propertiesOf(service, 'AWS::Lambda::Function');

describe('every function', () => {
  test.each(Object.values(functions).map((fn) => [String(fn.FunctionName), fn] as const))(
    '%s runs on Node 24 and arm64, with a timeout, traces and logs of its own that end',
    (name, fn) => {
      expect(name).toMatch(/^chirpsmith-local-[a-z]+(-[a-z]+)*$/);
      expect(fn).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Timeout: expect.any(Number),
        MemorySize: expect.any(Number),
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.stringMatching(/Logs/) } },
      });
      service.hasResourceProperties('AWS::Logs::LogGroup', {
        LogGroupName: `/aws/lambda/${name}`,
        RetentionInDays: 14,
      });
    },
  );

  test('has the variables that it uses, and none with a secret in it', () => {
    const variables = Object.values(functions).map(({ FunctionName, Environment }) => [
      String(FunctionName).replace('chirpsmith-local-', ''),
      Object.keys(Object(Object(Environment).Variables))
        .filter((name) => name !== 'STAGE')
        .sort(),
    ]);
    const provider = ['PROVIDER_BASE_URL', 'PROVIDER_CREDITS_URL', 'PROVIDER_SECRET'];
    const where = ['PROVIDER_BASE_URL', 'RELAY_BASE_URL'];
    const both = [...provider, 'RELAY_BASE_URL', 'RELAY_SECRET'];
    // Whoever changes the status of sessions tells it.
    const writes = (...names: string[]) => ['EVENT_BUS', 'EVENT_SOURCE', ...names].sort();
    const run = ['BATCH_MACHINE_ARN', 'MUSIC_MACHINE_ARN', 'SETTINGS', 'STATE_MACHINE_ARN', 'TABLE_NAME'];
    expect(Object.fromEntries(variables)).toEqual({
      'prepare-session': writes('AUDIO_BUCKET', ...provider, 'SETTINGS', 'STATE_MACHINE_ARN', 'TABLE_NAME'),
      'submit-upload': ['AUDIO_BUCKET', ...provider, 'SETTINGS', 'TABLE_NAME'],
      'check-upload': [...provider, 'SETTINGS', 'TABLE_NAME'],
      'enough-clips': writes('SETTINGS', 'TABLE_NAME'),
      'create-model': writes(...provider, 'SETTINGS', 'TABLE_NAME'),
      'check-training': writes(...provider, 'SETTINGS', 'TABLE_NAME'),
      'record-failure': writes('TABLE_NAME'),
      'create-session': writes('AUDIO_BUCKET', ...where, 'SETTINGS', 'TABLE_NAME'),
      'start-session': writes(...run, ...where),
      'resume-session': writes(...run, ...where),
      'approve-session': writes(...where, 'SETTINGS', 'STATE_MACHINE_ARN', 'TABLE_NAME'),
      'decide-session': writes(...run, ...where),
      'cancel-session': writes(...run),
      'replace-track': ['AUDIO_BUCKET', 'SETTINGS', 'TABLE_NAME'],
      'get-session': run,
      'get-timeline': ['SETTINGS', 'TABLE_NAME'],
      'delete-session': writes(
        'AUDIO_BUCKET',
        'BATCH_MACHINE_ARN',
        'MUSIC_MACHINE_ARN',
        'STATE_MACHINE_ARN',
        'TABLE_NAME',
      ),
      'sign-uploads': ['AUDIO_BUCKET', 'SETTINGS', 'TABLE_NAME'],
      'list-sessions': ['TABLE_NAME'],
      openapi: [],
      'unknown-route': [],
      'start-from-manifest': [
        'AUDIO_BUCKET',
        'BATCH_MACHINE_ARN',
        'EVENT_BUS',
        'EVENT_SOURCE',
        'INBOX_OWNER',
        'SETTINGS',
        'STATE_MACHINE_ARN',
      ],
      sweep: writes(...where, 'BATCH_MACHINE_ARN', 'MUSIC_MACHINE_ARN', 'STATE_MACHINE_ARN', 'TABLE_NAME'),
      'request-music': writes(...both, 'SETTINGS', 'TABLE_NAME'),
      'check-music': writes(...both, 'SETTINGS', 'TABLE_NAME'),
      'copy-audio': writes('AUDIO_BUCKET', ...both, 'SETTINGS', 'TABLE_NAME'),
      'create-generation': writes('MUSIC_MACHINE_ARN', ...where, 'SETTINGS', 'TABLE_NAME'),
      'create-persona': [...both, 'TABLE_NAME'],
      'list-personas': ['TABLE_NAME'],
      'get-generation': ['AUDIO_BUCKET', 'MUSIC_MACHINE_ARN', 'SETTINGS', 'TABLE_NAME'],
      'list-generations': ['TABLE_NAME'],
      'list-models': [...where, 'SETTINGS', 'TABLE_NAME'],
      'get-account': [...provider, 'RELAY_BASE_URL', 'SETTINGS'],
      'prepare-batch': writes('AUDIO_BUCKET', 'BATCH_MACHINE_ARN', ...provider, 'SETTINGS', 'TABLE_NAME'),
      'inspect-file': ['SETTINGS', 'TABLE_NAME'],
      'reconcile-clips': writes(...provider, 'SETTINGS', 'TABLE_NAME'),
      'add-files': ['AUDIO_BUCKET', 'SETTINGS', 'TABLE_NAME'],
    });
  });

  test('fits within the 30 s of API Gateway when it answers a request', () => {
    const slow = Object.values(functions).filter(
      ({ FunctionName, Timeout }) =>
        /-(session|sessions|track)$/.test(String(FunctionName)) && Number(Timeout) >= 30,
    );
    expect(slow.map(({ FunctionName }) => FunctionName)).toEqual(['chirpsmith-local-prepare-session']);
  });
});

describe('the address of the API', () => {
  const on = synthesized(configurations['everything on']);
  test('is the configured name: the service maps it, and the storage keeps it, so that its DNS record stays right', () => {
    on.storage.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'api.example.com',
      DomainNameConfigurations: [{ EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }],
    });
    on.storage.hasOutput('ApiDomainTarget', {
      Value: { 'Fn::GetAtt': [Match.anyValue(), 'RegionalDomainName'] },
    });
    on.service.hasResource('AWS::ApiGatewayV2::ApiMapping', {
      // By its name: an import would keep the storage from dropping it.
      Properties: { DomainName: 'api.example.com', Stage: '$default' },
      DependsOn: [Match.stringLikeRegexp('^SessionApiStage')],
    });
    on.service.hasOutput('ApiUrl', { Value: 'https://api.example.com' });
  });

  test("is of AWS's making where none is configured", () => {
    service.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 0);
    storage.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    expect(JSON.stringify(service.findOutputs('ApiUrl'))).toMatch(/ApiEndpoint|execute-api/);
  });
});

describe('the machines', () => {
  test.each(['train-model', 'upload-batch'])(
    '%s is a Standard workflow that logs everything but data, and traces',
    (name) => {
      service.hasResourceProperties('AWS::StepFunctions::StateMachine', {
        StateMachineName: `chirpsmith-local-${name}`,
        StateMachineType: 'STANDARD',
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
        TracingConfiguration: { Enabled: true },
      });
      service.hasResourceProperties('AWS::Logs::LogGroup', {
        LogGroupName: `/aws/vendedlogs/states/chirpsmith-local-${name}`,
        RetentionInDays: 14,
      });
    },
  );
});

describe('the HTTP API', () => {
  test('has its routes, and asks for a token on every one but its own description and the preflights of browsers', () => {
    const routes = Object.values(propertiesOf(service, 'AWS::ApiGatewayV2::Route'));
    expect(
      routes.map(({ RouteKey, AuthorizationType }) => `${RouteKey} ${AuthorizationType}`).sort(),
    ).toEqual([
      '$default JWT',
      'DELETE /sessions/{id} JWT',
      'GET /account JWT',
      'GET /generations JWT',
      'GET /generations/{id} JWT',
      'GET /models JWT',
      'GET /openapi.json NONE',
      'GET /personas JWT',
      'GET /sessions JWT',
      'GET /sessions/{id} JWT',
      'GET /sessions/{id}/timeline JWT',
      'OPTIONS /{proxy+} NONE',
      'POST /generations JWT',
      'POST /personas JWT',
      'POST /sessions JWT',
      'POST /sessions/{id}/approve JWT',
      'POST /sessions/{id}/cancel JWT',
      'POST /sessions/{id}/decide JWT',
      'POST /sessions/{id}/files JWT',
      'POST /sessions/{id}/resume JWT',
      'POST /sessions/{id}/start JWT',
      'POST /sessions/{id}/uploads JWT',
      'PUT /sessions/{id}/tracks/{trackId} JWT',
    ]);
    const authorizers = service.findResources('AWS::ApiGatewayV2::Authorizer');
    expect(Object.keys(authorizers)).toHaveLength(1);
    const open = ['GET /openapi.json', 'OPTIONS /{proxy+}'];
    const asked = routes.filter(({ RouteKey }) => !open.includes(String(RouteKey)));
    for (const { AuthorizerId } of asked) expect(AuthorizerId).toEqual({ Ref: Object.keys(authorizers)[0] });
  });

  test('accepts tokens of the configured issuer and audiences only', () => {
    service.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://id.example.com', Audience: ['app', 'cli'] },
    });
  });

  test('answers exactly the configured origins', () => {
    service.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: origins,
        AllowMethods: ['GET', 'POST', 'PUT', 'DELETE'],
        AllowHeaders: ['authorization', 'content-type', 'idempotency-key'],
        ExposeHeaders: ['location', 'retry-after'],
      },
    });
    synthesized().service.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: Match.absent(),
    });
  });

  test('is throttled, and logs each request without headers or query', () => {
    const [stage] = Object.values(propertiesOf(service, 'AWS::ApiGatewayV2::Stage'));
    expect(stage).toMatchObject({
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    });
    const format = String(Object(stage?.AccessLogSettings).Format);
    expect(format).toContain('$context.status');
    expect(format).not.toMatch(/header|query|\$context\.(protocol|authorizer\.claims)/i);
  });

  test('hands requests over in payload format 2.0', () => {
    service.allResourcesProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
  });
});

describe('the sweep', () => {
  test('is called every quarter of an hour, and a call that comes late is dropped for the next', () => {
    service.hasResourceProperties('AWS::Events::Rule', {
      Description: 'Calls the sweep',
      ScheduleExpression: 'rate(15 minutes)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ RetryPolicy: Match.objectLike({ MaximumEventAgeInSeconds: 15 * 60 }) })],
    });
  });
});

describe('the stacks', () => {
  test('tell where everything is', () => {
    const outputs = Object.keys({ ...storage.findOutputs('*'), ...service.findOutputs('*') });
    expect(outputs.filter((name) => !name.startsWith('Exports')).sort()).toEqual([
      'ApiUrl',
      'AudioBucketName',
      'BatchMachineArn',
      'PageBucketName',
      'PageClientId',
      'PageUrl',
      'ProviderBaseUrl',
      'ProviderSecretArn',
      'RelayBaseUrl',
      'RelaySecretArn',
      'SessionTableName',
      'StateMachineArn',
      'TokenIssuer',
    ]);
  });

  test('consist of resources that do what they are, none of them a program of its own', () => {
    const types = [storage, service].flatMap((template) =>
      Object.values(Object(template.toJSON().Resources)).map((it) => String(Object(it).Type)),
    );
    expect(types.length).toBeGreaterThan(100);
    expect(types.filter((type) => /^Custom::|CustomResource/.test(type))).toEqual([]);
    expect(Object.keys(functions)).toHaveLength(37);
  });
});
