import type { Clients, Deps, FunctionSpec } from './spec.ts';

/** What a spec uses, made by its clients. */
export function depsOf<Spec extends FunctionSpec>(clients: Clients<Spec>): Deps<Spec> {
  const made: [string, () => unknown][] = Object.entries(clients);
  return Object.fromEntries(made.map(([name, client]) => [name, client()])) as Deps<Spec>;
}
