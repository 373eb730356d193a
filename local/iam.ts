import type { Credentials } from './sigv4.ts';

/** Who may do what, from the synthesized policies. One key pair per role, and one for the person here. */
export interface Access {
  /** The secret of a key, or undefined if nobody has that key. */
  secretOf(accessKeyId: string): string | undefined;
  /** The one key pair of a role. Throws when the template has no such role. */
  credentialsFor(roleArn: string): Credentials;
  /** The person at this machine: may do everything. */
  readonly admin: Credentials;
  /**
   * Throws `AwsError` (403) when the caller's policies do not allow the action on the resource.
   * @param action as in a policy, e.g. `dynamodb:GetItem`; its service decides the error's code
   * @param resource ARN
   * @param context values of condition keys, e.g. `{ 's3:prefix': 'audio/' }`
   */
  check(
    accessKeyId: string,
    action: string,
    resource: string,
    context?: Readonly<Record<string, string>>,
  ): void;
  /** The same for a role that no key is needed for: a machine's. */
  checkRole(
    roleArn: string,
    action: string,
    resource: string,
    context?: Readonly<Record<string, string>>,
  ): void;
}
