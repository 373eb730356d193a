import { type App, Stack, Validations } from 'aws-cdk-lib';
import { CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { z } from 'zod';
import { routes } from '../functions/api/routes.ts';
import { folderOf } from '../functions/runtime/spec.ts';
import { flatten } from './constructs/nag-suppressions.ts';
import { states, triggers } from './specs.ts';

/** One thing that a role may do to one resource. */
export interface Permission {
  /** The role's name without product and stage: `create-model`. */
  readonly role: string;
  readonly action: string;
  /** As a person says it: `table Sessions`. */
  readonly resource: string;
  /** Why it names more than one thing, where it does; undefined when no reason is given. */
  readonly reason?: string | undefined;
}

export const isWildcard = ({ action, resource }: Pick<Permission, 'action' | 'resource'>): boolean =>
  action.includes('*') || resource.includes('*');

const oneOrMore = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const documentSchema = z.object({
  Statement: z.array(z.object({ Effect: z.literal('Allow'), Action: oneOrMore, Resource: oneOrMore })),
});
/** The description of a role names whose it is: roles have names of AWS's making. */
const nameOf = ({ description = '' }: CfnRole) =>
  /^What chirpsmith-[a-z0-9]+-(\S+) may do$/.exec(description)?.[1] ?? description;

/** Everything that the roles of an App may do, by role and resource. Synthesizes it. */
export function permissionsOf(app: App): Permission[] {
  app.synth();
  const constructs = app.node.findAll();
  const roles = constructs.filter((it) => it instanceof CfnRole);
  const fromRoles = roles.flatMap((role) => {
    const policies = z
      .array(z.object({ policyDocument: z.unknown() }))
      .default([])
      .parse(Stack.of(role).resolve(role.policies));
    return policies.flatMap(({ policyDocument }) => read(nameOf(role), role, policyDocument));
  });
  const fromPolicies = constructs
    .filter((it) => it instanceof CfnPolicy)
    .flatMap((policy) => {
      const stack = Stack.of(policy);
      const attached = z.array(z.object({ Ref: z.string() })).parse(stack.resolve(policy.roles));
      return roles
        .filter((role) => attached.some(({ Ref }) => Ref === stack.resolve(role.logicalId)))
        .flatMap((role) => read(nameOf(role), policy, stack.resolve(policy.policyDocument)));
    });
  const key = ({ role, resource, action }: Permission) => `${role} ${resource} ${action}`;
  return [...fromRoles, ...fromPolicies].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function read(role: string, construct: IConstruct, document: unknown): Permission[] {
  const reasons = reasonsFor(construct);
  return documentSchema.parse(document).Statement.flatMap(({ Action, Resource }) =>
    Resource.flatMap((resource) =>
      Action.map((it): Permission => {
        const action = z.string().parse(it);
        const written = flatten(resource);
        const reason = action.includes('*')
          ? reasons.get(`[Action::${action}]`)
          : reasons.get(`[Resource::${written}]`);
        return { role, action, resource: spoken(written), ...(reason && { reason }) };
      }),
    ),
  );
}

/** What has been acknowledged for a construct or around it, by the finding: `[Resource::*]`. */
function reasonsFor(construct: IConstruct): Map<string, string> {
  const acknowledged = construct.node.scopes
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(Object(data)));
  return new Map(
    acknowledged.map(([id, said]) => [id.replace(/^.*?-IAM5/, ''), String(Object(said).reason ?? said)]),
  );
}

/** `arn:<AWS::Partition>:states:us-east-1:<AWS::AccountId>:execution:x` → `states execution:x`. */
function spoken(arn: string): string {
  return arn
    .replace(/<AWS::(\w+)>/g, '$1')
    .replace(/^chirpsmith-[a-z0-9]+-storage:ExportsOutput(?:FnGetAtt|Ref)/, '')
    .replace(/^arn:[^:]+:([a-z0-9]+):[^:]*:[^:]*:/, '$1 ')
    .replace(/chirpsmith-local-/g, 'chirpsmith-<stage>-')
    .replace(/([A-Za-z]+?)(?:[0-9A-F]{8})+(?:Arn[0-9A-F]{8}|\.Arn)?/g, '$1')
    .replace(/^<([A-Za-z]+)>$/, '$1')
    .replace(/^[A-Za-z]+Logs$/, 'its own logs');
}

/** Three tables in Markdown: who may do what, why some of it is not named one by one, and what each function uses. */
export function permissionTables(permissions: readonly Permission[]): string {
  const everybody = new Set(
    permissions.filter(({ resource }) => resource === 'its own logs').map(({ role }) => role),
  );
  const actions = grouped(
    permissions,
    ({ role, resource }) => `\`${role}\` | \`${resource}\``,
    ({ action }) => action,
  );
  // What all functions have is said once.
  const shared = grouped(
    [...actions].map(([where, may]) => ({ where, may: [...may].join(', ') })),
    ({ where, may }) => `${where.replace(/^\S+ \| /, '')} | ${may}`,
    ({ where }) => where.split('`')[1] ?? '',
  );
  const rows = [...shared].flatMap(([what, roles]) =>
    roles.size === everybody.size
      ? [`| every function | ${what} |`]
      : [...roles].map((role) => `| \`${role}\` | ${what} |`),
  );
  const wildcards = grouped(
    permissions.filter(isWildcard),
    ({ resource, reason }) => `\`${resource}\` | ${reason ?? '**no reason was given**'}`,
    ({ role }) => role,
  );
  const reasons = [...wildcards].map(([why, roles]) => {
    const whom = roles.size === everybody.size ? 'every function' : [...roles].join(', ');
    return `| ${why} | ${whom} |`;
  });
  return [
    '| who | on | may |',
    '|---|---|---|',
    ...rows.sort(),
    '',
    '| not named one by one | because | for |',
    '|---|---|---|',
    ...reasons,
    '',
    '| function | uses, by its spec |',
    '|---|---|',
    ...[...states, ...triggers, ...routes]
      .map((spec) => `| \`${folderOf(spec)}\` | ${spec.uses.join(', ')} |`)
      .sort(),
  ].join('\n');
}

function grouped<T>(
  items: readonly T[],
  key: (item: T) => string,
  value: (item: T) => string,
): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const item of items) groups.set(key(item), (groups.get(key(item)) ?? new Set()).add(value(item)));
  return groups;
}

const start = '<!-- permissions:start -->';
const end = '<!-- permissions:end -->';

/**
 * A page with the tables in their place.
 * @throws Error when the page has no such place
 */
export function withPermissions(page: string, tables: string): string {
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The page has no ${start} … ${end}.`);
  return `${page.slice(0, from + start.length)}\n${tables}\n${page.slice(to)}`;
}
