import type { Construct } from 'constructs';
import { type FunctionSpec, folderOf, keyOf } from '../../functions/runtime/spec.ts';
import { grant, type Surroundings } from './grants.ts';
import { WorkflowFunction } from './workflow-function.ts';

/** The functions of the states, each made when the first machine asks for it: two machines share some. */
export class SpecFunctions {
  readonly #scope: Construct;
  readonly #where: Surroundings;
  readonly #made = new Map<string, WorkflowFunction>();

  constructor(scope: Construct, where: Surroundings) {
    this.#scope = scope;
    this.#where = where;
  }

  /** The function of a state: its limits, variables and permissions are those of its spec. */
  of(spec: FunctionSpec): WorkflowFunction {
    const folder = folderOf(spec);
    const fn = this.#made.get(folder) ?? this.#make(spec, folder);
    this.#made.set(folder, fn);
    return fn;
  }

  #make(spec: FunctionSpec, folder: string): WorkflowFunction {
    const { config } = this.#where;
    const { timeoutSeconds, memoryMb, reservedConcurrency = 0 } = spec.lambda;
    const fn = new WorkflowFunction(this.#scope, pascal(folder), {
      config,
      folder: `workflow/${folder}`,
      description: spec.name,
      seconds: timeoutSeconds,
      ...(memoryMb !== undefined && { memory: memoryMb }),
      atOnce: config.reservedConcurrency[keyOf(spec)] ?? reservedConcurrency,
    });
    grant(fn, spec, this.#where);
    return fn;
  }
}

const pascal = (folder: string) =>
  folder.replace(/(^|-)([a-z])/g, (_, _dash, letter) => letter.toUpperCase());
