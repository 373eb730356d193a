import * as z from 'zod';
import type { Session, Track } from '../../functions/domain/session.ts';
import type { CallFact } from '../harness/provider.ts';
import type { World } from '../harness/world.ts';
import type { Plan } from '../plan.ts';
import type { Tally } from '../tally.ts';

const task = z.object({
  taskId: z.string(),
  status: z.string(),
  /** Milliseconds of provider time; when it has ended. */
  finishAt: z.number().optional(),
  /** Of a success: the clip, or the model. */
  resultId: z.string().optional(),
});

const providerState = z.object({
  sessions: z.array(z.object({ sessionId: z.string(), uploads: z.array(task), trainings: z.array(task) })),
  music: z.array(task.extend({ clipIds: z.array(z.string()) })),
});

export type ProviderState = z.infer<typeof providerState>;

/** What the rules are held against. */
export interface Snapshot<P extends Plan = Plan> {
  readonly world: World;
  readonly session: Session;
  readonly tracks: readonly Track[];
  readonly plan: P;
  readonly tally: Tally;
  /** The provider's state. */
  readonly provider: ProviderState;
  /** The session's own session there. */
  readonly atProvider: ProviderState['sessions'][number] | undefined;
  /** Has a person gone on without faults until nothing was left to do? */
  readonly final: boolean;
}

/** The provider's own knowledge, past all clients. */
export async function stateOf({ sandbox }: World): Promise<ProviderState> {
  const reply = await sandbox.answer({
    method: 'GET',
    path: '/_sandbox/state',
    query: new URLSearchParams(),
    header: () => undefined,
    body: { json: undefined },
  });
  return providerState.parse(typeof reply === 'string' ? undefined : reply.body);
}

export const taken = (calls: readonly CallFact[]) => calls.filter(({ entry }) => entry?.taken);

export const creditsOf = (calls: readonly CallFact[]) =>
  calls.reduce((sum, { entry }) => sum + (entry?.credits ?? 0), 0);
