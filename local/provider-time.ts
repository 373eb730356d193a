import { z } from 'zod';
import type { Assembly } from '../packages/local-aws/assembly.ts';
import { withoutRightsQuestion, withSettings } from './changed-settings.ts';
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
    functions: withSettings(assembly.functions, (settings) => {
      const later = <S extends { readonly deadline: number }>(schedule: S) => ({
        ...schedule,
        deadline: stretched(schedule.deadline),
      });
      const { upload, training, music, audio, settle } = settings.schedules;
      const schedules = {
        ...{ upload: later(upload), training: later(training), music: later(music) },
        ...{ audio: later(audio), settle: later(settle) },
      };
      return { ...settings, schedules, timeScale: speed };
    }),
    machines: assembly.machines.map((machine) => {
      const { TimeoutSeconds, ...definition } = timed.parse(machine.definition);
      if (TimeoutSeconds === undefined) return machine;
      return { ...machine, definition: { ...definition, TimeoutSeconds: stretched(TimeoutSeconds) } };
    }),
  };
}

/** The template as the stack of this machine runs it, beside its sandbox or with a server that keeps its own time. */
export const asRunHere = (
  template: Assembly,
  { sandbox, speed }: { readonly sandbox: boolean; readonly speed: number },
): Assembly => (sandbox ? withoutRightsQuestion(template) : withDeadlinesOf(template, speed));
