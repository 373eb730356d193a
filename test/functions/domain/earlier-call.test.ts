import { beforeAll, describe, expect, it } from 'vitest';
import { openTable, settings } from '../../../test-support/session-records.ts';
import { providerError, statusOf } from '../../scripted-provider.ts';
import { paidCall, paidSessions } from './paid-sessions.ts';

let table: Awaited<ReturnType<typeof openTable>>;
let sessions: ReturnType<typeof paidSessions>;
beforeAll(async () => {
  table = await openTable();
  sessions = paidSessions(table);
});

const modelId = 'chirp-custom:0a1b2c3d-0000-4000-8000-000000000001';
const refusals = ['ProviderRefused', 'ProviderAuth', 'CreditsExhausted'] as const;

describe.each(['train', 'music'] as const)('an earlier call in doubt (%s)', (kind) => {
  const paid = paidCall[kind];

  it.each(refusals)('stays in doubt when create-again is refused with %s', async (name) => {
    const one = await sessions.inDoubt(kind, { [paid]: [providerError(name, 'no', { reason: 'No.' })] });
    await one.decide('create-again');
    await expect(one.call()).rejects.toMatchObject({
      name,
      message: expect.stringContaining('stays in doubt'),
    });
    await one.fail(name);
    expect(await one.session()).toMatchObject({ status: 'needs-decision', create: { fence: 'unknown' } });
    expect(await one.spent()).toBe(kind === 'train' ? 106 : 40);
  });

  it('is not called again by a resume after create-again was refused', async () => {
    const one = await sessions.inDoubt(kind, {
      [paid]: [providerError('ProviderRefused', 'no')],
      status: [statusOf('ready')],
    });
    await one.decide('create-again');
    await expect(one.call()).rejects.toThrow();
    await one.fail('ProviderRefused');
    await one.resume();
    await one.call();
    expect(one.calls()).toBe(2);
  });

  it('is not called again by a resume after create-again was cancelled before it was sent', async () => {
    const one = await sessions.inDoubt(kind, { status: [statusOf('ready')] });
    await one.decide('create-again');
    const cancelled = await one.cancel();
    expect(cancelled.failure?.reason).toContain('which may have been paid');
    await one.resume();
    await one.call();
    expect(one.calls()).toBe(1);
  });

  it('is called again while create-again is throttled, and then no more', async () => {
    const busy = () => providerError('ProviderThrottled', 'no');
    const one = await sessions.inDoubt(kind, { [paid]: [busy(), busy()] });
    await one.decide('create-again');
    const turned = await one.call();
    expect(turned).toMatchObject({ refusals: 1 });
    expect(await one.check(turned)).toMatchObject({ verdict: 'again' });
    await one.call(turned);
    expect(one.calls()).toBe(3);
    const last = one.check({ refusals: settings.limits.createCalls });
    await expect(last).rejects.toThrow('nothing was paid for this call');
    await one.fail('ProviderThrottled');
    expect(await one.session()).toMatchObject({ status: 'needs-decision', create: { fence: 'unknown' } });
  });

  it('is kept beside the one that a person decided on, and both are counted', async () => {
    const one = await sessions.inDoubt(kind, { [paid]: [{ taskId: 'second' }] });
    await one.decide('create-again');
    await one.call();
    const { create } = await one.session();
    expect(create).toMatchObject({ fence: 'submitted', taskId: 'second', earlier: [{ fence: 'unknown' }] });
    expect(create.againIn).toBeUndefined();
    expect(await one.spent()).toBe(kind === 'train' ? 206 : 80);
  });

  it('can be given up after create-again was refused', async () => {
    const one = await sessions.inDoubt(kind, { [paid]: [providerError('ProviderRefused', 'no')] });
    await one.decide('create-again');
    await expect(one.call()).rejects.toThrow();
    await one.fail('ProviderRefused');
    expect(await one.decide('abandon')).toMatchObject({ status: 'abandoned' });
  });
});

it('check-again settles the first create after create-again was refused: the model is found', async () => {
  const one = await sessions.inDoubt('train', {
    create: [providerError('ProviderRefused', 'no')],
    status: [statusOf('success', { modelId })],
  });
  await one.decide('create-again');
  await expect(one.call()).rejects.toThrow();
  await one.fail('ProviderRefused');
  await one.decide('check-again');
  await one.call();
  expect(await one.check()).toMatchObject({ verdict: 'done' });
  expect(await one.session()).toMatchObject({ status: 'ready', modelId });
  expect(one.calls()).toBe(2);
});
