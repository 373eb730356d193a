import type { Executions } from '../functions/domain/executions.ts';
import type { WholeSessionStore } from '../functions/domain/session-records.ts';
import type { SessionKind } from '../functions/shared/state-contracts.ts';
import { testMoment } from './session-records.ts';

type Standing = 'running' | 'ended';

export const arnOf = (name: string) => `arn:aws:states:eu-central-1:123456789012:execution:train:${name}`;

/** The executions of a machine that exists only here: what is started runs until it is stopped. */
export function fakeExecutions(known: Record<string, Standing> = {}, now = () => Date.parse(testMoment)) {
  const standings = new Map(Object.entries(known).map(([name, standing]) => [arnOf(name), standing]));
  const started: string[] = [];
  const starts = new Map<string, { input: string; startedAt: string }>();
  const kinds: SessionKind[] = [];
  const stopped: string[] = [];
  const executions: Executions = {
    arnOf,
    async start(name, input, kind) {
      const json = JSON.stringify(input);
      const earlier = starts.get(arnOf(name));
      if (standings.has(arnOf(name))) {
        const isSame = earlier?.input === json && standings.get(arnOf(name)) === 'running';
        return isSame ? earlier.startedAt : undefined;
      }
      const startedAt = new Date(now()).toISOString();
      standings.set(arnOf(name), 'running');
      starts.set(arnOf(name), { input: json, startedAt });
      started.push(`${name} ${json}`);
      kinds.push(kind);
      return startedAt;
    },
    async stop(arn) {
      stopped.push(arn);
      if (standings.has(arn)) standings.set(arn, 'ended');
    },
    executionStatus: async (arn) => standings.get(arn) ?? 'unknown',
    async startOf(arn) {
      const { input = '{}', startedAt = testMoment } = starts.get(arn) ?? {};
      return standings.has(arn) ? { input: JSON.parse(input), startedAt } : undefined;
    },
  };
  return { executions, started, kinds, stopped };
}

/** The store, with a concurrent writer: `action` runs once, just before the next `call`. */
export function withIntruder(
  store: WholeSessionStore,
  call: 'updateSession' | 'changeSession',
  action: () => Promise<unknown>,
): WholeSessionStore {
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
