import path from 'node:path';
import { type Machine, readAssembly } from '../../../local/assembly.ts';
import { synthesize } from '../../../local/synth.ts';

/** Synthesized once for all tests and all runs, until a source of the template changes. */
const assemblyHome = path.join('node_modules', '.cache', 'chirpsmith-test');

let read: Promise<Machine> | undefined;

/** The machine of the template as it would be deployed for the stage `local`. */
export function trainModelMachine(): Promise<Machine> {
  read ??= (async () => {
    const { machines } = readAssembly(await synthesize({ home: assemblyHome, environment: {} }));
    const machine = machines.find(({ name }) => name.endsWith('-train-model'));
    if (!machine) throw new Error('The template has no machine train-model.');
    return machine;
  })();
  return read;
}

/** Function ARN → the title of the state that calls it. */
export function statesByFunction(definition: object): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (states: unknown) => {
    for (const [title, state] of Object.entries(Object(states))) {
      const { Resource, ItemProcessor } = Object(state);
      if (typeof Resource === 'string') found.set(Resource, title);
      if (ItemProcessor !== undefined) walk(Object(ItemProcessor).States);
    }
  };
  walk('States' in definition ? definition.States : {});
  return found;
}
