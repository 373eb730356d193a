import { beforeAll, describe, expect, it } from 'vitest';
import { resumeSession } from '../../../functions/api/resume-session/resume-session.ts';
import { summary } from '../../../functions/api/session-response.ts';
import { startSession } from '../../../functions/api/start-session/start-session.ts';
import { isAtProvider } from '../../../functions/domain/at-provider.ts';
import { elsewhere, type Here, type ProviderOrigin } from '../../../functions/domain/provider-origin.ts';
import { sweep } from '../../../functions/event-handlers/sweep/sweep.ts';
import type { Dialect } from '../../../functions/provider/provider.ts';
import { sessionsHere, sessionsToBegin } from '../../../functions/storage/sessions-here.ts';
import { arnOf, fakeExecutions } from '../../../test-support/fake-executions.ts';
import {
  openTable,
  recordSession,
  sessionOf,
  settings,
  testMoment,
} from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const place = (host: string, dialect: Dialect = 'mountsea', stage = 'local'): ProviderOrigin => ({
  host,
  dialect,
  stage,
});
/** A stack that uses these hosts. */
const at = (mountsea: string, relay?: string, stage = 'local'): Here => ({
  stage,
  placeOf: (dialect) => {
    const host = dialect === 'relay' ? relay : mountsea;
    return host === undefined ? undefined : place(host, dialect, stage);
  },
});
const paid = 'api.example.com';

describe('ids of another provider', () => {
  it.each<[string, ProviderOrigin, Here, string]>([
    [
      'of a paid provider, at the sandbox',
      place(paid),
      at('sandbox'),
      'S belongs to the provider at api.example.com, and this stack uses the sandbox: nobody was asked. To go on, stop the stack and start it with PROVIDER_BASE_URL set to its URL.',
    ],
    [
      'of the sandbox, at a paid provider',
      place('sandbox'),
      at(paid),
      'S belongs to the sandbox, and this stack uses api.example.com: nobody was asked. To go on, stop the stack and start it without PROVIDER_BASE_URL.',
    ],
    [
      'of a relay, where there is none',
      place('relay.example', 'relay'),
      at(paid),
      'S belongs to the provider at relay.example, and this stack uses none: nobody was asked. To go on, stop the stack and start it with RELAY_BASE_URL set to its URL.',
    ],
    [
      'of another provider, in a stage',
      place('old.example', 'mountsea', 'prod'),
      at(paid, undefined, 'prod'),
      'S belongs to the provider at old.example, and this stack uses api.example.com: nobody was asked. To go on, set providerBaseUrl to its URL and deploy.',
    ],
  ])('%s, are refused by the variable that is to be changed', (_, there, here, words) => {
    expect(elsewhere('S', there, here)).toBe(words);
  });

  it('are taken at their own provider, and where the provider is unknown', () => {
    expect(elsewhere('S', place(paid), at(paid))).toBeUndefined();
    expect(elsewhere('S', place('r.example', 'relay'), at(paid, 'r.example'))).toBeUndefined();
    expect(elsewhere('S', undefined, at(paid))).toBeUndefined();
  });
});

describe('the sessions of a place', () => {
  const here = () => sessionsHere(table.store, at(paid, 'relay.example'));
  const elsewhereNow = () => sessionsHere(table.store, at('sandbox'));
  const create = async (sessionId: string, session: Parameters<typeof sessionOf>[0]['session'] = {}) => {
    const made = sessionOf({ sessionId, count: 1, session });
    await here().create(made.session, made.tracks);
  };

  it('are recorded with it, music with that of its dialect', async () => {
    await create('trained');
    await create('sung', {
      kind: 'music',
      music: { dialect: 'relay', model: 'chirp-v4', prompt: 'x', tags: '', instrumental: false, clips: [] },
    });
    expect((await table.store.requireSession('trained')).provider).toEqual(place(paid));
    expect((await table.store.requireSession('sung')).provider).toEqual(place('relay.example', 'relay'));
  });

  it('are read there, and refused everywhere else', async () => {
    await create('mine');
    const reads = (store: ReturnType<typeof here>) => [
      () => store.read('mine'),
      () => store.require('mine'),
      () => store.requireSession('mine'),
      () => store.requireTrack('mine', '001'),
    ];
    for (const read of reads(here())) await expect(read()).resolves.toBeDefined();
    for (const read of reads(elsewhereNow())) {
      await expect(read()).rejects.toMatchObject({
        name: 'NotPossible',
        message: expect.stringContaining('PROVIDER_BASE_URL'),
      });
    }
  });

  it('begin no run elsewhere: nothing is written, nothing is started', async () => {
    const failed = {
      status: 'failed',
      runs: 1,
      executionArn: arnOf('old'),
      providerSessionId: 'there',
    } as const;
    await create('stays', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    const now = () => Date.parse(testMoment);
    const store = sessionsToBegin(table.store, at('sandbox'));
    const deps = { store, executions, settings, now };
    const before = await table.store.requireSession('stays');
    await expect(resumeSession('stays', 'ana', {}, deps)).rejects.toMatchObject({
      name: 'NotPossible',
    });
    await expect(startSession('stays', 'ana', deps)).rejects.toMatchObject({ name: 'NotPossible' });
    await expect(startSession('stays', 'bea', deps)).rejects.toMatchObject({ name: 'SessionNotFound' });
    expect(await table.store.requireSession('stays')).toEqual(before);
    expect(started).toEqual([]);
    await startSession('stays', 'ana', {
      ...deps,
      store: sessionsToBegin(table.store, at(paid, 'relay.example')),
    });
    expect(started).toHaveLength(1);
  });

  it.each([
    ['was never started', { status: 'open' }],
    ['failed before anything was there', { status: 'failed', runs: 1, prepareCalls: 1 }],
    ['was cut off before anything was there', { status: 'preparing', runs: 1, executionArn: arnOf('cut') }],
  ] as const)('belong to another one with the run that is begun there, where one %s', async (_, session) => {
    const sessionId = `moves-${session.status}`;
    await create(sessionId, session);
    const { executions, started } = fakeExecutions({ cut: 'ended' });
    const store = sessionsToBegin(table.store, at('right.example'));
    const deps = { store, executions, settings, now: () => Date.parse(testMoment) };
    expect(summary(await table.store.requireSession(sessionId))).toMatchObject({ movable: true });
    const begun = await startSession(sessionId, 'ana', deps);
    expect(begun).toMatchObject({ status: 'preparing', provider: place('right.example') });
    expect(started).toEqual([expect.stringContaining(sessionId)]);
    // What runs goes on there, and not where it was declared.
    await expect(here().requireSession(sessionId)).rejects.toMatchObject({ name: 'NotPossible' });
    const there = sessionsHere(table.store, at('right.example'));
    expect(await there.requireSession(sessionId)).toMatchObject({ provider: place('right.example') });
  });

  it('are not moved by what no person begins: the sweep, and the run itself', async () => {
    await create('still', { status: 'preparing', runs: 1, executionArn: arnOf('still-1') });
    await expect(elsewhereNow().requireSession('still')).rejects.toMatchObject({ name: 'NotPossible' });
  });

  it.each([
    ['a session there', { providerSessionId: 'p' }],
    ['a call that was perhaps paid', { create: { fence: 'unknown' } }],
    ['a call that was paid before', { create: { fence: 'none', earlier: [{ fence: 'failed' }] } }],
    ['ids of its music', { kind: 'music' }],
  ] as const)('are not moved once a provider has %s', (_, has) => {
    const { session } = sessionOf({ sessionId: 'bound', count: 1 });
    expect(isAtProvider(session)).toBe(false);
    const create = { ...session.create, ...('create' in has ? has.create : {}) };
    expect(isAtProvider({ ...session, ...has, create: { ...create, earlier: [...create.earlier] } })).toBe(
      true,
    );
  });

  it('are not settled by the sweep of another place', async () => {
    const doubt = { ...sessionOf({ sessionId: 'doubt' }).session.create, fence: 'unknown' } as const;
    await recordSession(table.store, {
      sessionId: 'doubt',
      count: 1,
      session: {
        status: 'creating',
        create: doubt,
        runs: 1,
        executionArn: arnOf('doubt-1'),
        provider: place(paid),
      },
    });
    const { executions, started } = fakeExecutions({ 'doubt-1': 'ended' });
    const swept = await sweep({
      store: { ...table.store, ...elsewhereNow() },
      executions,
      now: () => Date.parse(testMoment),
    });
    expect(swept.settling).toEqual([]);
    expect(started.filter((line) => line.startsWith('doubt'))).toEqual([]);
  });
});
