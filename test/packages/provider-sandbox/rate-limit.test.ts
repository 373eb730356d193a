import { afterEach, beforeEach, expect, it } from 'vitest';
import { virtualClock } from '../../../packages/local-servers/clock.ts';
import { type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';

const key = 'k-0123456789';
const clock = virtualClock();
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({
    port: 0,
    clock,
    key,
    settings: { rateLimit: { calls: 2, retryAfter: 7 } },
  });
});
afterEach(() => sandbox.close());

const call = async (method: string, path: string, body?: object) => {
  const response = await fetch(sandbox.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'x-api-key': key },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
};
const prepare = () => call('POST', '/suno/v2/customModel/prepare');

it('lets so many calls through in a second and turns the next away, with the seconds to wait', async () => {
  expect(await prepare()).toEqual({ status: 201, retryAfter: null });
  await clock.sleep(500);
  expect(await prepare()).toEqual({ status: 201, retryAfter: null });
  expect(await prepare()).toEqual({ status: 429, retryAfter: '7' });
  await clock.sleep(499);
  expect(await prepare()).toEqual({ status: 429, retryAfter: '7' });
});

it('counts any second, not the clock’s, and not the calls that it refused', async () => {
  await prepare();
  await clock.sleep(500);
  await prepare();
  await prepare();
  await clock.sleep(500);
  expect(await prepare()).toMatchObject({ status: 201 });
  expect(await prepare()).toMatchObject({ status: 429 });
});

it('writes a refusal down with its wait: not taken, nothing charged, no fault used up', async () => {
  sandbox.fault({ call: 'upload', kind: 'status', status: 500 });
  await prepare();
  await prepare();
  const [opened] = sandbox.ledger();
  const audioUrl = 'https://storage.example/bucket/audio/one?signature=secret';
  const body = { sessionId: opened?.sessionId ?? '', audioUrl };
  expect(await call('POST', '/suno/v2/customModel/upload', body)).toMatchObject({ status: 429 });
  expect(sandbox.ledger().at(-1)).toMatchObject({
    call: 'upload',
    sessionId: opened?.sessionId,
    audio: '/bucket/audio/one',
    status: 429,
    taken: false,
    credits: 0,
    retryAfter: 7,
  });
  expect(JSON.stringify(sandbox.ledger())).not.toContain('secret');
  await clock.sleep(1000);
  expect(await call('POST', '/suno/v2/customModel/upload', body)).toMatchObject({ status: 500 });
});

it('does not count the question for the credits, and is lifted while it runs', async () => {
  await prepare();
  await prepare();
  expect(await call('GET', '/api-user/credits')).toMatchObject({ status: 200 });
  sandbox.change({ rateLimit: { calls: 0 } });
  expect(await prepare()).toMatchObject({ status: 201 });
});

it('counts over a longer span, and refuses with the status that is set', async () => {
  sandbox.change({ rateLimit: { calls: 3, seconds: 10, status: 430, retryAfter: 1 } });
  for (const status of [201, 201, 201]) expect(await prepare()).toMatchObject({ status });
  await clock.sleep(6000);
  expect(await prepare()).toEqual({ status: 430, retryAfter: '4' });
  await clock.sleep(4000);
  expect(await prepare()).toMatchObject({ status: 201 });
});
