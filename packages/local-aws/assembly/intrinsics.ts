import { type Identity, identityOf, nameProperty, ownerProperty, type Place } from './identities.ts';
import type { TemplateStack } from './template.ts';

/** Resolves intrinsic functions into the values that AWS would have put there. */
export interface Resolver {
  /**
   * Throws an error that names `where` and the intrinsic, when it is unknown or points at nothing.
   * @param where stack, logical id, type: the beginning of an error's message
   */
  resolve(stack: TemplateStack, value: unknown, where: string): unknown;
  /** Names and ARNs of one resource. */
  identity(stack: TemplateStack, logicalId: string): Identity;
}

/** A resolver over all stacks of an assembly, exports and imports between them included. */
export function createResolver(
  stacks: readonly TemplateStack[],
  home: { readonly region: string; readonly account: string },
): Resolver {
  const identities = new Map<string, Identity>();

  const placeOf = (stack: TemplateStack): Place => ({
    stack: stack.name,
    region: stack.region ?? home.region,
    account: stack.account ?? home.account,
  });

  function identity(stack: TemplateStack, logicalId: string): Identity {
    const key = `${stack.name}/${logicalId}`;
    const known = identities.get(key);
    if (known) return known;
    const resource = stack.resources[logicalId];
    if (!resource) throw new Error(`${stack.name}: there is no resource ${logicalId}.`);
    const where = `${stack.name}: ${logicalId} (${resource.type})`;
    const given = (property: string | undefined) => {
      const value = property === undefined ? undefined : resource.properties[property];
      return value === undefined ? undefined : text(resolve(stack, value, where), where);
    };
    const name = given(nameProperty[resource.type]);
    const owner = given(ownerProperty[resource.type]);
    const made = identityOf(resource.type, logicalId, name, placeOf(stack), owner);
    if (!made) throw new Error(`${where} is referred to, but its type is not known to the local runtime.`);
    identities.set(key, made);
    return made;
  }

  function exported(name: string, where: string): unknown {
    for (const stack of stacks) {
      for (const [key, output] of Object.entries(stack.outputs)) {
        if (output.exportName === undefined) continue;
        const label = `${stack.name}: output ${key}`;
        if (resolve(stack, output.exportName, label) === name) return resolve(stack, output.value, label);
      }
    }
    throw new Error(`${where}: Fn::ImportValue of ${name}, which no stack exports.`);
  }

  function reference(stack: TemplateStack, id: string, where: string): unknown {
    const place = placeOf(stack);
    const pseudo: Record<string, string> = {
      'AWS::Region': place.region,
      'AWS::AccountId': place.account,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack.name,
      'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.account}:stack/${stack.name}/local`,
    };
    if (pseudo[id] !== undefined) return pseudo[id];
    if (id === 'AWS::NoValue') return undefined;
    if (!stack.resources[id]) throw new Error(`${where}: Ref of ${id}, which the stack does not have.`);
    return identity(stack, id).ref;
  }

  function attribute(stack: TemplateStack, id: string, name: string, where: string): string {
    if (!stack.resources[id]) {
      throw new Error(`${where}: Fn::GetAtt of ${id}, which the stack does not have.`);
    }
    const value = identity(stack, id).attributes[name];
    if (value === undefined) {
      const type = stack.resources[id].type;
      throw new Error(`${where}: Fn::GetAtt ${id}.${name}: the local runtime knows no ${name} of ${type}.`);
    }
    return value;
  }

  function substitute(stack: TemplateStack, argument: unknown, where: string): string {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const values = record(resolve(stack, variables ?? {}, where), where);
    return text(template, where).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in values) return text(values[name], where);
      const [id = '', ...path] = name.split('.');
      if (path.length > 0) return attribute(stack, id, path.join('.'), where);
      return text(reference(stack, id, where), where);
    });
  }

  function call(stack: TemplateStack, name: string, argument: unknown, where: string): unknown {
    switch (name) {
      case 'Ref':
        return reference(stack, text(argument, where), where);
      case 'Fn::GetAtt': {
        const [id = '', ...path] = typeof argument === 'string' ? argument.split('.') : list(argument, where);
        return attribute(stack, text(id, where), path.join('.'), where);
      }
      case 'Fn::Join': {
        const [separator, parts] = list(argument, where);
        const values = list(resolve(stack, parts, where), where).map((part) => text(part, where));
        return values.join(text(separator, where));
      }
      case 'Fn::Sub':
        return substitute(stack, argument, where);
      case 'Fn::Split': {
        const [separator, whole] = list(resolve(stack, argument, where), where);
        return text(whole, where).split(text(separator, where));
      }
      case 'Fn::Select': {
        const [index, values] = list(resolve(stack, argument, where), where);
        const value = list(values, where)[Number(index)];
        if (value === undefined) throw new Error(`${where}: Fn::Select ${String(index)} is out of range.`);
        return value;
      }
      case 'Fn::ImportValue':
        return exported(text(resolve(stack, argument, where), where), where);
      default:
        throw new Error(`${where}: the intrinsic ${name} is not known to the local runtime.`);
    }
  }

  function resolve(stack: TemplateStack, value: unknown, where: string): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => resolve(stack, item, where)).filter((item) => item !== undefined);
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (first && entries.length === 1 && /^(Ref|Fn::.*)$/.test(first[0])) {
      return call(stack, first[0], first[1], where);
    }
    return Object.fromEntries(
      entries
        .map(([key, item]) => [key, resolve(stack, item, where)] as const)
        .filter(([, item]) => item !== undefined),
    );
  }

  return { resolve, identity };
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where}: an intrinsic needs a string and got ${JSON.stringify(value)}.`);
}

function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${where}: an intrinsic needs a list and got ${JSON.stringify(value)}.`);
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  throw new Error(`${where}: an intrinsic needs an object and got ${JSON.stringify(value)}.`);
}
