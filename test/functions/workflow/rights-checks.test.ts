import { beforeAll, describe, expect, it } from 'vitest';
import { trackIdAt } from '../../../functions/domain/new-session.ts';
import { confirmedRights } from '../../../functions/domain/rights.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { sessionIdOf } from '../../../functions/domain/session-id.ts';
import { rightsSentence } from '../../../functions/shared/rights-sentence.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { prepareBatch } from '../../../functions/workflow/prepare-batch/prepare-batch.ts';
import { prepareSession } from '../../../functions/workflow/prepare-session/prepare-session.ts';
import { arnOf, fakeExecutions } from '../../../test-support/fake-executions.ts';
import {
  openTable,
  recordSession,
  settings as silent,
  testMoment,
} from '../../../test-support/session-records.ts';
import { scriptedProvider, statusOf } from '../../scripted-provider.ts';
import { bucketWith } from './preparing.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const audioWay = { check: async () => {} };

/** Of a stage at a paid provider. */
const settings = { ...silent, rightsQuestion: true };
const refusal = {
  name: 'BadInput',
  problems: [{ where: 'rights', message: expect.stringContaining(rightsSentence) }],
};

/** Prepares what an input names or describes, in an execution of this name. */
const preparing = {
  train: (name: string, input: unknown, asking = settings) => {
    const scripted = scriptedProvider({ prepare: [{ sessionId: `p-${name}` }] });
    const deps = {
      ...{ store: table.store, provider: scripted.provider, bucket: 'audio', settings: asking },
      ...{ executions: fakeExecutions().executions, now: () => testMoment, random: () => 0, audioWay },
      ...bucketWith(),
    };
    return { ...scripted, done: prepareSession({ execution: { Id: arnOf(name), Name: name }, input }, deps) };
  },
  batch: (name: string, input: unknown, asking = settings) => {
    const scripted = scriptedProvider({ openBatch: [{ sessionId: `p-${name}` }] });
    const deps = {
      ...{ store: table.store, provider: scripted.provider, bucket: 'audio', settings: asking },
      ...{ executions: fakeExecutions().executions, now: () => testMoment, random: () => 0, audioWay },
      lists: { read: async () => ({ folder: '', files: [] }) },
    };
    return { ...scripted, done: prepareBatch({ execution: { Id: arnOf(name), Name: name }, input }, deps) };
  },
};
const audio = Array.from({ length: 6 }, (_, index) => `s3://audio/in/${index}.mp3`);
const record = (sessionId: string, kind: 'train' | 'batch', session: Partial<Session> = {}) =>
  recordSession(table.store, {
    sessionId,
    session: { kind, ...(kind === 'batch' ? { declared: 6 } : {}), ...session },
    track: (index) => ({ trackId: trackIdAt(index, kind) }),
  });

describe.each(['train', 'batch'] as const)(
  'the rights to recordings, as the first state of %s has them',
  (kind) => {
    const prepare = preparing[kind];

    it('are missing in an input from the console: refused with all that is wrong, before anything is recorded', async () => {
      const name = `console-${kind}`;
      const { done, calls } = prepare(name, { name: ' ', audio });
      await expect(done).rejects.toMatchObject({
        name: 'BadInput',
        problems: [{ where: 'name' }, { where: 'rights' }],
      });
      await expect(prepare(name, { name: 'Night', audio }).done).rejects.toMatchObject(refusal);
      expect(calls).toEqual([]);
      expect(await table.store.read(sessionIdOf(arnOf(name)))).toBeUndefined();
    });

    it('are confirmed by that input, and recorded as confirmed in the console', async () => {
      const name = `said-${kind}`;
      await prepare(name, { name: 'Night', audio, rights: true }).done;
      const { session, tracks } = await table.store.require(sessionIdOf(arnOf(name)));
      const addressed = tracks.map(({ source }) => ({ source }));
      expect(session.rights).toEqual(
        confirmedRights(addressed, { confirmedBy: 'console', confirmedAt: testMoment }),
      );
    });

    it('are confirmed, in a manifest, by the owner of the inbox', async () => {
      const name = `inbox-${kind}`;
      await prepare(name, { name: 'Night', audio, rights: true, owner: 'studio', startedBy: 'manifest' })
        .done;
      const session = await table.store.requireSession(sessionIdOf(arnOf(name)));
      expect(session.rights).toMatchObject({ confirmedBy: 'studio', files: { count: 6 } });
    });

    it('are missing in a session: the run ends before the provider is called, and its words can be followed', async () => {
      await record(`missing-${kind}`, kind);
      const { done, calls } = prepare(`run-${kind}`, { sessionId: `missing-${kind}` });
      await expect(done).rejects.toMatchObject(refusal);
      expect(calls).toEqual([]);
      await prepare(`run-${kind}`, { sessionId: `missing-${kind}`, rights: true }).done;
      const session = await table.store.requireSession(`missing-${kind}`);
      expect(session.rights).toMatchObject({ confirmedBy: 'console', files: { count: 6 } });
    });

    it('are no matter where the stage does not ask', async () => {
      await record(`silent-${kind}`, kind);
      expect(await prepare(`silent-${kind}`, { sessionId: `silent-${kind}` }, silent).done).toMatchObject({
        verdict: 'done',
      });
    });
  },
);

describe('a model', () => {
  it('says who confirmed the rights to its recordings, and when', async () => {
    const rights = confirmedRights([], { confirmedBy: 'ana', confirmedAt: testMoment });
    const clipIds = ['c1'];
    const create = { fence: 'submitted' as const, taskId: 'p', calls: 1, earlier: [], checks: 0, clipIds };
    const run = { status: 'training', runs: 1, providerSessionId: 'p', executionArn: arnOf('x') } as const;
    await recordSession(table.store, { sessionId: 'trained', session: { ...run, rights, create } });
    const status = statusOf('success', { modelId: 'chirp-custom:1', base: 'v6' });
    const { provider } = scriptedProvider({ status: [status] });
    const position = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'waiting' } as const;
    await checkTraining(
      { sessionId: 'trained', ...position },
      { store: table.store, models: table.models, provider, settings, now: () => testMoment },
    );
    const [model] = await table.models.list('ana');
    expect(model).toMatchObject({ modelId: 'chirp-custom:1', base: 'v6', rights });
  });

  it('is listed with them', async () => {
    const { listModels } = await import('../../../functions/api/list-models/list-models.ts');
    const { models } = await listModels('ana', {
      models: table.models,
      settings,
      here: { stage: 'local', placeOf: () => undefined },
    });
    expect(models[0]?.rights).toMatchObject({ confirmedBy: 'ana', confirmedAt: testMoment });
  });
});
