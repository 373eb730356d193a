import type { Construct } from 'constructs';
import { type FunctionSpec, folderOf, keyOf, type StateSpec } from '../../functions/runtime/spec.ts';
import { type FunctionContext, grant } from './grants.ts';
import { WorkflowFunction } from './workflow-function.ts';

export interface SpecFunctionProps {
  /** Folder under functions/ in which the spec's folder is. */
  readonly room: 'workflow' | 'event-handlers' | 'api';
  readonly spec: FunctionSpec;
  /** One line for the console; the spec's name unless given. */
  readonly about?: string;
  readonly where: FunctionContext;
}

/**
 * The function of a spec, and nothing that the spec does not say: limits, variables, permissions.
 */
export function specFunction(
  scope: Construct,
  id: string,
  { room, spec, about = spec.name, where }: SpecFunctionProps,
): WorkflowFunction {
  const { timeoutSeconds, memoryMb, reservedConcurrency = 0 } = spec.lambda;
  const fn = new WorkflowFunction(scope, id, {
    config: where.config,
    folder: `${room}/${folderOf(spec)}`,
    description: about,
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
  readonly #where: FunctionContext;
  readonly #made = new Map<string, WorkflowFunction>();

  constructor(scope: Construct, where: FunctionContext) {
    this.#scope = scope;
    this.#where = where;
  }

  of(spec: StateSpec): WorkflowFunction {
    const id = pascal(folderOf(spec));
    const fn =
      this.#made.get(id) ?? specFunction(this.#scope, id, { room: 'workflow', spec, where: this.#where });
    this.#made.set(id, fn);
    return fn;
  }
}

/** `check-upload` → `CheckUpload` */
export const pascal = (folder: string) =>
  folder.replace(/(^|-)([a-z])/g, (_, _dash, letter) => letter.toUpperCase());
