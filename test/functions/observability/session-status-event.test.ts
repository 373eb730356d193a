import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EventBus } from '../../../functions/observability/event-bus.ts';
import { eventsPage } from '../../../functions/observability/events-page.ts';
import type { Measurement } from '../../../functions/observability/metrics.ts';
import { sessionStatusChangedSchema } from '../../../functions/observability/session-status-event.ts';
import { storeObserver } from '../../../functions/observability/store-observer.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { defaultSettings } from '../../../functions/shared/settings.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { recordSession } from '../../../test-support/session-records.ts';
import { openMemoryTable } from '../../../test-support/tables/memory-table.ts';
import type { Table } from '../../../test-support/tables/table.ts';

const moment = '2026-11-21T03:00:00.000Z';
let table: Table;
let told: Parameters<EventBus['put']>[];
let measured: Measurement[];
let warnings: unknown[];
beforeEach(async () => {
  table = await openMemoryTable();
  told = [];
  measured = [];
  warnings = [];
});

const open = (bus: () => EventBus = () => ({ put: async (...event) => void told.push(event) })) =>
  createWholeSessionStore({
    client: table.client,
    tableName: table.name,
    clock: () => Date.parse(moment),
    watcher: storeObserver({
      measure: (it) => measured.push(it),
      prices: () => defaultSettings.prices,
      bus,
      warn: (...words) => warnings.push(words),
    }),
  });

describe('a turn of a session', () => {
  it('is published with its documented detail; other changes are not', async () => {
    const store = open();
    const executionArn = 'arn:aws:states:us-east-1:1:execution:machine:s-1';
    await recordSession(store, { sessionId: 's', session: { name: 'Night Drive', status: 'open' } });
    let session = await store.updateSession(await store.requireSession('s'), {
      status: 'preparing',
      executionArn,
    });
    session = await store.updateSession(session, { pace: 2 });
    const failure = { error: 'NotEnoughClips', reason: 'Only 5.', permanent: true, at: moment } as const;
    await store.updateSession(session, { status: 'failed', failure });

    const always = {
      schema: 1,
      sessionId: 's',
      kind: 'train',
      name: 'Night Drive',
      owner: session.owner,
      startedBy: session.startedBy,
    };
    const [made, ...turns] = told.map(([, detail]) => sessionStatusChangedSchema.parse(detail));
    expect(told.map(([type]) => type)).toEqual([
      'Session status changed',
      'Session status changed',
      'Session status changed',
    ]);
    expect(made).toMatchObject({ ...always, status: 'open' });
    expect(made).not.toHaveProperty('before');
    expect(turns).toEqual([
      {
        ...always,
        status: 'preparing',
        before: 'open',
        at: moment,
        recordVersion: session.version - 1,
        execution: 's-1',
      },
      {
        ...always,
        status: 'failed',
        before: 'preparing',
        at: moment,
        recordVersion: session.version + 1,
        execution: 's-1',
        failure: { error: 'NotEnoughClips', reason: 'Only 5.' },
      },
    ]);
    // Each can be given up.
    expect(told.every(([, , signal]) => signal instanceof AbortSignal)).toBe(true);
    expect([...warnings, ...measured.filter(({ name }) => name === 'EventsLost')]).toEqual([]);
  });

  it.each<[string, () => EventBus]>([
    [
      'the bus does not take it',
      () => ({ put: () => Promise.reject(new ChirpsmithError('StorageUnavailable', 'Slow down.')) }),
    ],
    [
      'there is no bus',
      () => {
        throw new Error('Environment variable EVENT_BUS: is missing');
      },
    ],
  ])('is written all the same when %s, and that is logged and counted', async (_, bus) => {
    const store = open(bus);
    await recordSession(store, { sessionId: 's' });
    warnings = [];
    measured = [];
    await store.updateSession(await store.requireSession('s'), { status: 'cancelled' });
    expect(await store.requireSession('s')).toMatchObject({ status: 'cancelled' });
    expect(warnings).toEqual([
      ['the event "Session status changed" was not taken: cancelled', expect.any(Error)],
    ]);
    expect(measured).toContainEqual({ name: 'EventsLost', value: 1 });
  });
});

it('is described in docs/events.md as it is (npm run events)', () => {
  const page = new URL('../../../docs/events.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(eventsPage());
});
