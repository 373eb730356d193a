import type { Executions } from '../functions/sessions/executions.ts';
import type { SessionStore } from '../functions/sessions/session-store.ts';
import type { SessionKind } from '../functions/shared/states.ts';

type Standing = 'running' | 'ended';

export const arnOf = (name: string) => `arn:aws:states:eu-central-1:123456789012:execution:train:${name}`;

/** The executions of a machine that exists only here: what is started runs until it is stopped. */
export function fakeExecutions(known: Record<string, Standing> = {}) {
  const standings = new Map(Object.entries(known).map(([name, standing]) => [arnOf(name), standing]));
  const started: string[] = [];
  const kinds: SessionKind[] = [];
  const stopped: string[] = [];
  const executions: Executions = {
    arnOf,
    async start(name, input, kind) {
      if (standings.has(arnOf(name))) return;
      standings.set(arnOf(name), 'running');
      started.push(`${name} ${JSON.stringify(input)}`);
      kinds.push(kind);
    },
    async stop(arn) {
      stopped.push(arn);
      if (standings.has(arn)) standings.set(arn, 'ended');
    },
    standing: async (arn) => standings.get(arn) ?? 'unknown',
  };
  return { executions, started, kinds, stopped };
}

/** The store, with somebody who gets in between: `action` runs once, just before the next `call`. */
export function withIntruder(
  store: SessionStore,
  call: 'updateSession' | 'changeSession',
  action: () => Promise<unknown>,
): SessionStore {
  let pending: (() => Promise<unknown>) | undefined = action;
  const intrude = async () => {
    const now = pending;
    pending = undefined;
    await now?.();
  };
  return {
    ...store,
    async updateSession(...given) {
      if (call === 'updateSession') await intrude();
      return store.updateSession(...given);
    },
    async changeSession(...given) {
      if (call === 'changeSession') await intrude();
      return store.changeSession(...given);
    },
  };
}
