import { globSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { routes } from '../functions/api/routes.ts';
import { capabilities } from '../functions/runtime/capabilities.ts';
import { type FunctionSpec, folderOf, type StateSpec, type TriggerSpec } from '../functions/runtime/spec.ts';

const functions = fileURLToPath(new URL('../functions', import.meta.url));

/** Finds specs by their files, so that a new function is listed nowhere. */
async function specsIn<Spec extends FunctionSpec>(folder: string, kind: string): Promise<readonly Spec[]> {
  const files = globSync(`${folder}/*/${kind}.ts`, { cwd: functions }).sort();
  return Promise.all(
    files.map(async (file) => {
      const module: Readonly<Record<string, Spec>> = await import(
        pathToFileURL(path.join(functions, file)).href
      );
      const spec = module[kind];
      if (spec && file === `${folder}/${folderOf(spec)}/${kind}.ts`) return spec;
      throw new Error(`functions/${file} must export "${kind}", with a name in the words of its folder.`);
    }),
  );
}

/** The functions that a schedule or a rule calls. */
export const triggers = await specsIn<TriggerSpec>('event-handlers', 'trigger');

/** The states of all machines. */
export const states = await specsIn<StateSpec>('workflow', 'state');

/** All of them by their folders under functions/: `workflow/check-upload`. */
export const specs: ReadonlyMap<string, FunctionSpec> = new Map<string, FunctionSpec>([
  ...states.map((spec) => [`workflow/${folderOf(spec)}`, spec] as const),
  ...routes.map((spec) => [`api/${folderOf(spec)}`, spec] as const),
  ...triggers.map((spec) => [`event-handlers/${folderOf(spec)}`, spec] as const),
]);

/** The services that a function may call: `dynamodb`, `s3`. */
export const servicesOf = ({ uses }: Pick<FunctionSpec, 'uses'>): ReadonlySet<string> =>
  new Set(uses.flatMap((name) => capabilities[name].allow.flatMap(({ actions }) => actions.map(serviceOf))));

const serviceOf = (action: string) => action.split(':')[0] ?? action;
