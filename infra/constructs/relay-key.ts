import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { acknowledge } from './nag-suppressions.ts';

/**
 * The secret for the relay's key, where a relay is configured. It is part of the service and goes with it: an export of
 * the storage could not go while the service still imports it, and a secret that is kept costs each month.
 */
export function relayKeySecret(scope: Construct, { relayBaseUrl }: Config): Secret | undefined {
  if (relayBaseUrl === undefined) return undefined;
  // Created with a random value, which no provider accepts, and a name of AWS's making: a person puts the real key in.
  const secret = new Secret(scope, 'RelayKey', {
    description: 'API key of the relay, as plain text',
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(secret, 'SMG4', 'The relay issues the key by hand and has no call to rotate it.');
  new CfnOutput(scope, 'RelaySecretArn', { value: secret.secretArn });
  return secret;
}
