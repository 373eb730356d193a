import type { z } from 'zod';
import type { Identity } from './identities.ts';
import type { TemplateStack } from './template.ts';

/** A resource with its intrinsics resolved. */
export interface Resource {
  readonly stack: TemplateStack;
  readonly logicalId: string;
  readonly type: string;
  /** The construct's path, for messages to people. */
  readonly path: string;
  /** Stack, logical id and type: the beginning of every error about this resource. */
  readonly where: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Names and ARNs; throws for a type that has none here. */
  identity(): Identity;
}

/**
 * The properties that the stand-ins know, as the schema has them. Anything else in the resource is an error
 * that names stack, logical id, type and field: what is not known would otherwise be different in AWS.
 */
export function parseProperties<T>(schema: z.ZodType<T>, resource: Resource): T {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      const fields = issue.keys.map((key) => [...path, key].join('.'));
      return `${fields.join(', ')}: not known to the local runtime`;
    }
    return `${path.join('.')}: ${issue.message}`;
  });
  throw new Error(`${resource.where}: ${problems.join('; ')}.`);
}

/** The attribute of a resource that the identities promise. */
export function attribute(resource: Resource, name: string): string {
  const value = resource.identity().attributes[name];
  if (value === undefined) throw new Error(`${resource.where}: the local runtime knows no ${name} of it.`);
  return value;
}
