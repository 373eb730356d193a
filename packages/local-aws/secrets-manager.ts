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

/** The fields of each operation; any other is an error. */
const operations: Readonly<Record<string, readonly string[]>> = {
  GetSecretValue: ['SecretId'],
  PutSecretValue: ['SecretId', 'SecretString', 'ClientRequestToken'],
};

/**
 * Secrets Manager, as far as it is used: GetSecretValue by the functions, PutSecretValue by a person who changes a
 * key. What is put lasts as long as the stack runs: the next one begins with the provider's key again.
 */
export function createSecretsManager({ secrets, values, access }: SecretsManagerOptions): {
  handler: ServiceHandler;
} {
  return {
    handler: async (operation, input, { accessKeyId }) => {
      const fields = operations[operation];
      if (!fields) {
        throw new AwsError(
          'UnknownOperationException',
          400,
          `${operation} is not known to the local runtime.`,
        );
      }
      const unknown = Object.keys(input).find((key) => !fields.includes(key));
      if (unknown !== undefined) {
        throw new AwsError('InvalidParameterException', 400, `${unknown} is not known to the local runtime.`);
      }
      const id = String(input.SecretId ?? '');
      const secret = secrets.find(({ arn, name }) => arn === id || name === id);
      // Permission first: whether a secret exists is not for everyone to know.
      access.check(accessKeyId, `secretsmanager:${operation}`, secret?.arn ?? id);
      const value = secret && values[secret.name];
      if (!secret || value === undefined) {
        throw new AwsError(
          'ResourceNotFoundException',
          400,
          "Secrets Manager can't find the specified secret.",
        );
      }
      if (operation === 'PutSecretValue') {
        if (typeof input.SecretString !== 'string') {
          throw new AwsError('InvalidParameterException', 400, 'SecretString must be given.');
        }
        values[secret.name] = input.SecretString;
        return { ARN: secret.arn, Name: secret.name };
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
