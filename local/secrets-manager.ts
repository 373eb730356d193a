import type { Secret } from './assembly.ts';
import type { ServiceHandler } from './aws-endpoint.ts';
import { AwsError } from './aws-error.ts';
import type { Access } from './iam.ts';

export interface SecretsManagerOptions {
  readonly secrets: readonly Secret[];
  /** Secret strings by the secret's name. Read at every call, so a changed value is seen at once. */
  readonly values: Record<string, string>;
  readonly access: Pick<Access, 'check'>;
}

/** Secrets Manager, as far as the functions use it: GetSecretValue, by ARN or by name. */
export function createSecretsManager({ secrets, values, access }: SecretsManagerOptions): {
  handler: ServiceHandler;
} {
  return {
    handler: async (operation, input, { accessKeyId }) => {
      if (operation !== 'GetSecretValue') {
        throw new AwsError(
          'UnknownOperationException',
          400,
          `${operation} is not known to the local runtime.`,
        );
      }
      const unknown = Object.keys(input).find((key) => key !== 'SecretId');
      if (unknown !== undefined) {
        throw new AwsError('InvalidParameterException', 400, `${unknown} is not known to the local runtime.`);
      }
      const id = String(input.SecretId ?? '');
      const secret = secrets.find(({ arn, name }) => arn === id || name === id);
      // Permission first: whether a secret exists is not for everyone to know.
      access.check(accessKeyId, 'secretsmanager:GetSecretValue', secret?.arn ?? id);
      const value = secret && values[secret.name];
      if (!secret || value === undefined) {
        throw new AwsError(
          'ResourceNotFoundException',
          400,
          "Secrets Manager can't find the specified secret.",
        );
      }
      return {
        ARN: secret.arn,
        Name: secret.name,
        SecretString: value,
        VersionId: '00000000-0000-4000-8000-000000000001',
        VersionStages: ['AWSCURRENT'],
      };
    },
  };
}
