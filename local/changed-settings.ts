import { type Settings, settingsSchema } from '../functions/shared/settings.ts';
import type { Assembly } from '../packages/local-aws/assembly.ts';

/** The functions of an assembly, with their settings changed. */
export function withSettings(
  functions: Assembly['functions'],
  change: (settings: Settings) => Settings,
): Assembly['functions'] {
  // All functions of a stage have the same.
  const changed = new Map<string, string>();
  return functions.map((fn) => {
    const before = fn.environment.SETTINGS;
    if (before === undefined) return fn;
    const SETTINGS = changed.get(before) ?? JSON.stringify(change(settingsSchema.parse(JSON.parse(before))));
    changed.set(before, SETTINGS);
    return { ...fn, environment: { ...fn.environment, SETTINGS } };
  });
}

/** The assembly for the sandbox: nothing leaves this machine, so nobody is asked whose recordings they are. */
export const withoutRightsQuestion = (assembly: Assembly): Assembly => ({
  ...assembly,
  functions: withSettings(assembly.functions, (settings) => ({ ...settings, rightsQuestion: false })),
});
