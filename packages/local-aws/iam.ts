import { randomBytes } from 'node:crypto';
import type { Assembly, Role } from './assembly.ts';
import { AwsError } from './aws-error.ts';
import { type Context, checkConditions, decide, type Permission } from './iam/evaluation.ts';
import type { Credentials } from './sigv4.ts';

/** Who may do what, from the synthesized policies. One key pair per role, and one for the person here. */
export interface Access {
  /** The secret of a key, or undefined if no user has that key. */
  secretOf(accessKeyId: string): string | undefined;
  /** The one key pair of a role. Throws when the template has no such role. */
  credentialsFor(roleArn: string): Credentials;
  /** The person at this machine: may do everything. */
  readonly admin: Credentials;
  /**
   * Throws `AwsError` when the caller's policies do not allow the action on the resource.
   * @param action as in a policy, e.g. `dynamodb:GetItem`; its service decides the error's code and status
   * @param resource ARN
   * @param context values of condition keys, e.g. `{ 's3:prefix': 'audio/' }`
   */
  check(accessKeyId: string, action: string, resource: string, context?: Context): void;
  /** The same for a role that no key is needed for: a machine's. */
  checkRole(roleArn: string, action: string, resource: string, context?: Context): void;
}

/** Receives each permission that allowed a call, at each call. */
export type OnAllowed = (role: Role, permission: Permission) => void;

/** Reads all policies once; a condition that cannot be evaluated here is an error that names it. */
export function createAccess(assembly: Assembly, onAllowed: OnAllowed = () => {}): Access {
  const roles = new Map(assembly.roles.map((role) => [role.arn, role]));
  const credentials = new Map<string, Credentials>();
  const callers = new Map<string, { secret: string; role: Role | undefined }>();
  const admin = createKey();
  callers.set(admin.accessKeyId, { secret: admin.secretAccessKey, role: undefined });
  for (const role of assembly.roles) {
    checkConditions(role);
    const key = createKey();
    credentials.set(role.arn, key);
    callers.set(key.accessKeyId, { secret: key.secretAccessKey, role });
  }

  function authorize(role: Role, action: string, resource: string, context: Context): void {
    const { decision, by } = decide(role.statements, action, resource, context);
    if (decision === 'allowed') {
      for (const permission of by) onAllowed(role, permission);
      return;
    }
    const reason =
      decision === 'denied'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    const service = action.split(':')[0] ?? '';
    // The services with XML or REST protocols answer 403; the JSON protocols answer every error of the caller 400.
    const code = service === 's3' ? 'AccessDenied' : 'AccessDeniedException';
    const statusCode = ['s3', 'lambda'].includes(service) ? 403 : 400;
    const user = userOf(assembly, role);
    throw new AwsError(
      code,
      statusCode,
      `User: ${user.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason} ` +
        `(granted in infra/, ${user.hint})`,
    );
  }

  function roleOf(arn: string): Role {
    const role = roles.get(arn);
    if (!role) throw new Error(`The template has no role ${arn}.`);
    return role;
  }

  return {
    admin,
    secretOf: (accessKeyId) => callers.get(accessKeyId)?.secret,
    credentialsFor: (roleArn) => {
      const key = credentials.get(roleOf(roleArn).arn);
      if (!key) throw new Error(`The role ${roleArn} has no key.`);
      return key;
    },
    check: (accessKeyId, action, resource, context = {}) => {
      const caller = callers.get(accessKeyId);
      if (!caller) throw new AwsError('UnrecognizedClientException', 400, 'Nobody has this access key.');
      if (caller.role) authorize(caller.role, action, resource, context);
    },
    checkRole: (roleArn, action, resource, context = {}) => {
      authorize(roleOf(roleArn), action, resource, context);
    },
  };
}

/** The session's ARN as AWS writes it, and what to look for in the template. */
function userOf(assembly: Assembly, role: Role): { arn: string; hint: string } {
  const roleName = role.arn.replace(/^.*:role\//, '');
  const user = (session: string) => `arn:aws:sts::${assembly.account}:assumed-role/${roleName}/${session}`;
  const fn = assembly.functions.find(({ roleArn }) => roleArn === role.arn);
  if (fn) return { arn: user(fn.name), hint: `function ${fn.name}` };
  const machine = assembly.machines.find(({ roleArn }) => roleArn === role.arn);
  if (machine) return { arn: user(machine.name), hint: `machine ${machine.name}` };
  return { arn: user('local'), hint: `role ${role.name}` };
}

/** A new key pair in AWS's form; it is valid for this run of the stack only. */
function createKey(): Credentials {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}
