import type { Assembly, Role, Statement } from '../packages/local-aws/assembly.ts';

/** One permission of one function or machine, by the end of its name: `create-model`. */
export interface Grant {
  readonly of: string;
  readonly action: string;
  /** Only where it names this resource; any resource unless given. */
  readonly resource?: string;
}

/**
 * Takes permissions out of the synthesized policies and gives them back while the stack runs, like a person
 * who edits a policy in the console. `change` is for `StackOptions`.
 */
export function withheldGrants() {
  let withheld: readonly Grant[] = [];
  let replaced: readonly Role[] = [];
  const statementsOf = (assembly: Assembly, role: Role): readonly Statement[] => {
    const owners = [...assembly.functions, ...assembly.machines].filter((it) => it.roleArn === role.arn);
    const from = replaced.find(({ arn }) => arn === role.arn) ?? role;
    return withheld
      .filter((grant) => owners.some(({ name }) => name.endsWith(`-${grant.of}`)))
      .reduce((statements, grant) => without(statements, grant), from.statements);
  };
  return {
    change: (assembly: Assembly): Assembly => ({
      ...assembly,
      roles: assembly.roles.map((role) => ({
        ...role,
        get statements() {
          return statementsOf(assembly, role);
        },
      })),
    }),
    /** From now on all but these; none: all. */
    withhold(...grants: Grant[]) {
      withheld = grants;
    },
    /** Takes the policies from another synth of the template; none: its own. */
    replace(roles: readonly Role[]) {
      replaced = roles;
    },
  };
}

/** @throws Error when no role had the grant: a test would prove nothing */
function without(statements: readonly Statement[], { of, action, resource }: Grant): Statement[] {
  const rest = statements.flatMap((statement) => {
    if (!statement.actions.includes(action)) return [statement];
    const others = { ...statement, actions: statement.actions.filter((one) => one !== action) };
    const kept = resource === undefined ? [] : statement.resources.filter((one) => one !== resource);
    return [others, { ...statement, actions: [action], resources: kept }];
  });
  const count = (list: readonly Statement[]) =>
    list.reduce((sum, { actions, resources }) => sum + (actions.includes(action) ? resources.length : 0), 0);
  if (count(rest) === count(statements)) throw new Error(`${of} has no ${action} to take away.`);
  return rest;
}
