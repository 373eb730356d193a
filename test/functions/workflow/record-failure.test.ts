import { beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../functions/domain/session.ts';
import { recordFailure } from '../../../functions/workflow/record-failure/record-failure.ts';
import { openTable, recordSession } from '../../../test-support/session-records.ts';
import { arn, now } from './preparing.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});
describe('Record failure', () => {
  const execution = { Id: arn('fail-1'), Name: 'fail-1' };
  const recordRun = (sessionId: string, session: Partial<Session> = {}) =>
    recordSession(table.store, {
      sessionId,
      session: { status: 'uploading', executionArn: execution.Id, ...session },
    });
  const cause = (errorMessage: string) => JSON.stringify({ errorType: 'x', errorMessage, trace: [] });

  it('writes the reason into the session and hands it to the Fail state', async () => {
    await recordRun('fail');
    const error = { Error: 'AudioRejected', Cause: cause('2 files cannot be used') };
    const recorded = await recordFailure(
      { execution, input: { sessionId: 'fail' }, error },
      { store: table.store, now },
    );
    expect(recorded).toEqual({ error: 'AudioRejected', cause: '2 files cannot be used' });
    expect(await table.store.requireSession('fail')).toMatchObject({
      status: 'failed',
      failure: { error: 'AudioRejected', reason: '2 files cannot be used' },
    });
  });

  it.each([
    ['States.Timeout', '', 'Unexpected', 'States.Timeout: no cause was given'],
    ['Lambda.Unknown', 'it crashed', 'Unexpected', 'Lambda.Unknown: it crashed'],
    ['NeedsDecision', cause('not settled'), 'NeedsDecision', 'not settled'],
  ])('%s (%s) is recorded as %s', async (thrown, Cause, name, reason) => {
    const sessionId = `fail-${thrown}`;
    await recordRun(sessionId);
    await recordFailure(
      { execution, input: { sessionId }, error: { Error: thrown, Cause } },
      { store: table.store, now },
    );
    const status = name === 'NeedsDecision' ? 'needs-decision' : 'failed';
    expect(await table.store.requireSession(sessionId)).toMatchObject({
      status,
      failure: { error: name, reason },
    });
  });

  it.each(['intent', 'unknown'] as const)('no failure hides a create in doubt (%s)', async (fence) => {
    const sessionId = `doubt-${fence}`;
    await recordRun(sessionId, { create: { fence, calls: 1, earlier: [], checks: 0 } });
    const error = { Error: 'StorageUnavailable', Cause: cause('table is throttled') };
    const recorded = await recordFailure(
      { execution, input: { sessionId }, error },
      { store: table.store, now },
    );
    expect(recorded.error).toBe('NeedsDecision');
    expect((await table.store.requireSession(sessionId)).status).toBe('needs-decision');
  });

  it.each<[string, Partial<Session>]>([
    ['that another execution is at', { executionArn: arn('other') }],
    ['that a person has cancelled meanwhile', { status: 'cancelled' }],
    ['that has its model', { status: 'ready', modelId: 'chirp-custom:1' }],
    ['that was abandoned', { status: 'abandoned' }],
  ])('writes nothing into a session %s', async (title, session) => {
    const sessionId = title.replaceAll(' ', '-');
    const { session: before } = await recordRun(sessionId, session);
    const error = { Error: 'StorageUnavailable', Cause: cause('table is throttled') };
    await recordFailure({ execution, input: { sessionId }, error }, { store: table.store, now });
    expect(await table.store.requireSession(sessionId)).toEqual(before);
  });

  it('has nothing to write when the input could not be read', async () => {
    const error = { Error: 'BadInput', Cause: cause('name: is empty') };
    const recorded = await recordFailure(
      { execution, input: { audio: 1 }, error },
      { store: table.store, now },
    );
    expect(recorded).toEqual({ error: 'BadInput', cause: 'name: is empty' });
  });
});
