import path from 'node:path';
import { synthesize } from '../../local/synth.ts';
import { type Machine, readAssembly } from '../../packages/local-aws/assembly.ts';

/** The machines of the template. */
export const machineNames = ['train-model', 'upload-batch', 'generate-music'] as const;
export type MachineName = (typeof machineNames)[number];

/** Synthesized once for all tests and all runs, until a source of the template changes. */
const assemblyHome = path.join('node_modules', '.cache', 'chirpsmith-test');

let read: Promise<readonly Machine[]> | undefined;

/** A machine of the template as it would be deployed for the stage `local`. */
export async function machineOf(name: MachineName): Promise<Machine> {
  read ??= synthesize({ home: assemblyHome, environment: {} }).then(
    (assembly) => readAssembly(assembly).machines,
  );
  const machine = (await read).find((it) => it.name.endsWith(`-${name}`));
  if (!machine) throw new Error(`The template has no machine ${name}.`);
  return machine;
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
