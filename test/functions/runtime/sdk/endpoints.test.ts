import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as s3 from '@aws-sdk/client-s3';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as sfn from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { endpointsOf } from '../../../../functions/runtime/sdk/endpoints.ts';

describe('the endpoints of the bundles', () => {
  const clients = {
    dynamodb: new dynamodb.DynamoDBClient(),
    events: new events.EventBridgeClient(),
    s3: new s3.S3Client(),
    secretsmanager: new secrets.SecretsManagerClient(),
    states: new sfn.SFNClient(),
  };
  const regions = [
    ...['us-east-1', 'eu-central-1', 'ap-southeast-7', 'mx-central-1', 'cn-north-1', 'us-gov-west-1'],
    ...['us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1', 'us-isof-south-1', 'eusc-de-east-1'],
  ];
  const buckets = [
    {},
    { Bucket: 'audio' },
    { Bucket: 'audio', ForcePathStyle: true },
    { Bucket: 'my.audio', ForcePathStyle: true },
  ];

  it.each(Object.entries(clients))('of %s are those that the SDK finds by its rules', (service, client) => {
    const rules = client.config.endpointProvider as (parameters: object) => {
      url: URL;
      properties?: object;
      headers?: object;
    };
    for (const Region of regions) {
      for (const Endpoint of [undefined, 'http://127.0.0.1:4566', 'http://localhost:4566/s3']) {
        for (const bucket of service === 's3' ? buckets : [{}]) {
          const parameters = {
            Region,
            UseFIPS: false,
            UseDualStack: false,
            ...(Endpoint && { Endpoint }),
            ...bucket,
          };
          const { url, properties = {}, headers = {} } = rules(parameters);
          expect(endpointsOf(service)(parameters), JSON.stringify(parameters)).toEqual({
            url,
            properties,
            headers,
          });
        }
      }
    }
  });

  it.each([
    [{ Region: 'us-east-1', UseFIPS: true }, 'FIPS'],
    [{ Region: 'us-east-1', UseDualStack: true }, 'dual stack'],
    [{}, 'AWS_REGION'],
    [{ Region: 'us-east-1', Bucket: 'arn:aws:s3:us-east-1:1:accesspoint/a' }, 'accesspoint'],
    [{ Region: 'us-east-1', Bucket: 'audio--use1-az4--x-s3' }, 'audio--use1-az4--x-s3'],
  ])('refuse %j', (parameters, reason) => {
    expect(() => endpointsOf('s3')(parameters)).toThrow(reason);
  });
});
