import { z } from 'zod';

const retrierSchema = z.object({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.number(),
  MaxAttempts: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number().optional(),
});

const stateSchema = z.looseObject({
  Type: z.string(),
  TimeoutSeconds: z.number().optional(),
  Next: z.string().optional(),
  Retry: z.array(retrierSchema).optional(),
  Catch: z
    .array(
      z.object({
        ErrorEquals: z.array(z.string()),
        Next: z.string(),
        ResultPath: z.string().nullable().optional(),
      }),
    )
    .optional(),
  Parameters: z.record(z.string(), z.unknown()).optional(),
});

export type State = z.infer<typeof stateSchema>;

const machineSchema = z.looseObject({
  StartAt: z.string(),
  States: z.record(z.string(), z.unknown()),
});

/** All states of a definition, those within a Map too, in the order of the file; names may come twice. */
export function statesOf(definition: unknown): [name: string, state: State][] {
  const { States } = machineSchema.parse(definition);
  return Object.entries(States).flatMap(([name, raw]): [string, State][] => {
    const state = stateSchema.parse(raw);
    return [[name, state], ...(state.Type === 'Map' ? statesOf(state.ItemProcessor) : [])];
  });
}

/** One state. */
export function stateOf(definition: unknown, name: string): State {
  const [, state] = statesOf(definition).find(([found]) => found === name) ?? [];
  if (!state) throw new Error(`There is no state "${name}".`);
  return state;
}
