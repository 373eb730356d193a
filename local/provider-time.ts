import { z } from 'zod';
import { settingsSchema } from '../functions/shared/settings.ts';
import type { Assembly } from '../packages/local-aws/assembly.ts';
import { isOnThisMachine } from './this-machine.ts';

/** How fast the sandbox runs, and our waits with it, unless the caller sets a speed. */
export const sandboxSpeed = 20;

/**
 * The default speed of waits: the sandbox's for the sandbox, and for a server on this machine, which is assumed
 * to be a test server. A provider elsewhere is real, and asking it more often than planned is a burden on it.
 */
export function defaultSpeed(providerBaseUrl: string | undefined): number {
  if (!providerBaseUrl) return sandboxSpeed;
  return isOnThisMachine(providerBaseUrl) ? sandboxSpeed : 1;
}

const timed = z.looseObject({ TimeoutSeconds: z.number().optional() });

/**
 * The assembly for a provider that keeps its own time. Speed scales our waits only: we ask more often, but a
 * deadline of ten minutes must still be ten minutes of the provider's.
 */
export function withDeadlinesOf(assembly: Assembly, speed: number): Assembly {
  if (speed === 1) return assembly;
  const stretched = (seconds: number) => Math.ceil(seconds * speed);
  return {
    ...assembly,
    functions: assembly.functions.map((fn) => {
      if (fn.environment.SETTINGS === undefined) return fn;
      const settings = settingsSchema.parse(JSON.parse(fn.environment.SETTINGS));
      const schedules = Object.fromEntries(
        Object.entries(settings.schedules).map(([name, schedule]) => [
          name,
          { ...schedule, deadline: stretched(schedule.deadline) },
        ]),
      );
      return {
        ...fn,
        environment: {
          ...fn.environment,
          SETTINGS: JSON.stringify({ ...settings, schedules, timeScale: speed }),
        },
      };
    }),
    machines: assembly.machines.map((machine) => {
      const { TimeoutSeconds, ...definition } = timed.parse(machine.definition);
      if (TimeoutSeconds === undefined) return machine;
      return { ...machine, definition: { ...definition, TimeoutSeconds: stretched(TimeoutSeconds) } };
    }),
  };
}
