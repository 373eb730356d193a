import { type Settings, settingsSchema } from '../functions/shared/settings.ts';
import type { Assembly } from '../packages/local-aws/assembly.ts';

/** The functions of an assembly, with their settings changed. */
export function withSettings(
  functions: Assembly['functions'],
  change: (settings: Settings) => Settings,
): Assembly['functions'] {
  return functions.map((fn) => {
    if (fn.environment.SETTINGS === undefined) return fn;
    const settings = change(settingsSchema.parse(JSON.parse(fn.environment.SETTINGS)));
    return { ...fn, environment: { ...fn.environment, SETTINGS: JSON.stringify(settings) } };
  });
}

/** The assembly for the sandbox: nothing leaves this machine, so nobody is asked whose recordings they are. */
export const withoutRightsQuestion = (assembly: Assembly): Assembly => ({
  ...assembly,
  functions: withSettings(assembly.functions, (settings) => ({ ...settings, rightsQuestion: false })),
});
