import { cancelSession } from '../../../functions/api/cancel-session/cancel-session.ts';
import { decideSession } from '../../../functions/api/decide-session/decide-session.ts';
import { resumeSession } from '../../../functions/api/resume-session/resume-session.ts';
import { creditsSpent } from '../../../functions/domain/credits.ts';
import { musicSchema, type Session } from '../../../functions/domain/session.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import type { TrainingState } from '../../../functions/shared/state-contracts.ts';
import { checkMusic } from '../../../functions/workflow/check-music/check-music.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { createModel } from '../../../functions/workflow/create-model/create-model.ts';
import { recordFailure } from '../../../functions/workflow/record-failure/record-failure.ts';
import { requestMusic } from '../../../functions/workflow/request-music/request-music.ts';
import { arnOf, fakeExecutions } from '../../../test-support/fake-executions.ts';
import {
  type openTable,
  recordSession,
  settings,
  testMoment,
} from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider } from '../../scripted-provider.ts';

type Table = Awaited<ReturnType<typeof openTable>>;
export type Kind = 'train' | 'music';

const music = musicSchema.parse({
  model: 'chirp-v55',
  prompt: 'rain',
  tags: '',
  instrumental: false,
  clips: [],
});
let drawn = 0;

/** What costs, in each machine's words. */
export const paidCall = { train: 'create', music: 'generate' } as const;

/** Sessions around a paid call. Training and music go through the same fence; each is called as its machine calls it. */
export function paidSessions(table: Table) {
  /** A session before its paid call. */
  async function before(kind: Kind = 'train') {
    const sessionId = `before-${++drawn}`;
    await recordSession(table.store, {
      sessionId,
      count: kind === 'train' ? 6 : 0,
      session: {
        kind,
        status: kind === 'train' ? 'creating' : 'preparing',
        runs: 1,
        executionArn: arnOf(`${sessionId}-1`),
        providerSessionId: `p-${sessionId}`,
        ...(kind === 'music' ? { music } : {}),
      },
      track: (index) => ({ status: 'done', clipId: `clip-${index}`, attempts: 1 }),
    });
    return sessionId;
  }

  /** What machine, API and person do with one session. */
  function going(sessionId: string, kind: Kind, provider: Provider, store = table.store) {
    const now = () => testMoment;
    const clock = () => Date.parse(testMoment);
    const { executions } = fakeExecutions();
    const deps = { store, provider, settings, now, random: () => 0.5 };
    const musicDeps = { ...deps, providerOf: () => provider, relay: { set: 'relayBaseUrl' } };
    const api = { store: table.store, executions, settings, now: clock };
    const position: TrainingState = {
      sessionId,
      wait: 5,
      waited: 0,
      total: 0,
      checks: 0,
      refusals: 0,
      verdict: 'waiting',
    };
    return {
      sessionId,
      session: () => table.store.requireSession(sessionId),
      call: (given: Partial<TrainingState> = {}) => {
        const state = { ...given, sessionId };
        return kind === 'train' ? createModel(state, deps) : requestMusic(state, musicDeps);
      },
      check: (given: Partial<TrainingState> = {}) => {
        const state = { ...position, ...given };
        return kind === 'train'
          ? checkTraining(state, { ...deps, models: table.models })
          : checkMusic(state, musicDeps);
      },
      async fail(error: string) {
        const { executionArn: Id = '' } = await table.store.requireSession(sessionId);
        const failed = {
          execution: { Id, Name: '' },
          input: { sessionId },
          error: { Error: error, Cause: 'words' },
        };
        await recordFailure(failed, { store: table.store, now });
      },
      decide: (choice: Session['decisions'][number]['choice']) =>
        decideSession(sessionId, 'ana', { choice }, api),
      resume: () => resumeSession(sessionId, 'ana', {}, api),
      cancel: () => cancelSession(sessionId, 'ana', api),
      spent: async () => creditsSpent(await table.store.require(sessionId), settings.prices),
    };
  }

  /** A session whose paid call was made, and whose response was lost. */
  async function inDoubt(kind: Kind, script: Parameters<typeof scriptedProvider>[0]) {
    const sessionId = await before(kind);
    const paid = paidCall[kind];
    const lost = providerError('ProviderAnswerLost', 'unknown');
    const scripted = scriptedProvider({ ...script, [paid]: [lost, ...(script[paid] ?? [])] });
    const one = going(sessionId, kind, scripted.provider);
    await one.call();
    await one.fail('NeedsDecision');
    return { ...one, calls: () => scripted.count(paid) };
  }
  return { before, going, inDoubt };
}
