import type { Construct } from 'constructs';
import { type FunctionSpec, folderOf, keyOf } from '../../functions/runtime/spec.ts';
import { grant, type Surroundings } from './grants.ts';
import { WorkflowFunction } from './workflow-function.ts';

/**
 * The function of a spec, and nothing that the spec does not say: limits, variables, permissions.
 * @param room folder under functions/ in which the spec's folder is
 */
export function specFunction(
  scope: Construct,
  id: string,
  { room, spec, where }: { room: 'workflow' | 'events'; spec: FunctionSpec; where: Surroundings },
): WorkflowFunction {
  const { timeoutSeconds, memoryMb, reservedConcurrency = 0 } = spec.lambda;
  const fn = new WorkflowFunction(scope, id, {
    config: where.config,
    folder: `${room}/${folderOf(spec)}`,
    description: spec.description ?? spec.name,
    seconds: timeoutSeconds,
    ...(memoryMb !== undefined && { memory: memoryMb }),
    atOnce: where.config.reservedConcurrency[keyOf(spec)] ?? reservedConcurrency,
  });
  grant(fn, spec, where);
  return fn;
}

/** The functions of the states, each made when the first machine asks for it: two machines share some. */
export class StateFunctions {
  readonly #scope: Construct;
  readonly #where: Surroundings;
  readonly #made = new Map<string, WorkflowFunction>();

  constructor(scope: Construct, where: Surroundings) {
    this.#scope = scope;
    this.#where = where;
  }

  of(spec: FunctionSpec): WorkflowFunction {
    const id = pascal(folderOf(spec));
    const fn =
      this.#made.get(id) ?? specFunction(this.#scope, id, { room: 'workflow', spec, where: this.#where });
    this.#made.set(id, fn);
    return fn;
  }
}

const pascal = (folder: string) =>
  folder.replace(/(^|-)([a-z])/g, (_, _dash, letter) => letter.toUpperCase());
