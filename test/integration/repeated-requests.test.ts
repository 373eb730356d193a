import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});

const files = songs(6).map(({ name, bytes }, index) => ({
  name,
  size: bytes.length,
  sha256: `${index}`.repeat(64),
}));

/** Sends a request, and twice more, as a client does whose responses were lost. */
async function threeTimes(route: string, body: object | undefined, key = randomUUID()) {
  const send = async () => it_.call('POST', route, body, it_.stack.ready.token, { 'idempotency-key': key });
  return [await send(), await send(), await send()] as const;
}
const sessionIdOf = ({ body }: { body: unknown }) => String(Object(Object(body).session ?? body).sessionId);

describe('a request that is sent three times with one Idempotency-Key', () => {
  it('creates one session, also where the request says again', async () => {
    const answers = await threeTimes('/sessions', { name: 'Sent thrice', files, again: true });
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(sessionIdOf)).size).toBe(1);
    expect(answers.map(({ body }) => Object(body).uploads.length)).toEqual([6, 6, 6]);
  });

  it('declares further files of a batch once', async () => {
    const [first] = await threeTimes('/sessions', { kind: 'batch', name: 'Slices', files });
    const further = files.map((file, index) => ({ ...file, sha256: `${index}a`.repeat(32) }));
    const route = `/sessions/${sessionIdOf(first)}/files`;
    const answers = await threeTimes(route, { from: 6, files: further });
    expect(answers.map(({ body }) => Object(body).declared)).toEqual([12, 12, 12]);
  });

  it('makes music once, and is charged once', async () => {
    const { sums } = sinceNow(it_);
    const answers = await threeTimes('/generations', { model: 'chirp-v55', prompt: 'rain' });
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(sessionIdOf)).size).toBe(1);
    const { executionArn } = Object(answers[0].body).session;
    await it_.ended(executionArn);
    expect(sums().calls).toMatchObject({ generate: 1 });
  });

  /** Of six tracks, with a review. */
  let sessionId: string;

  it('begins one run, resumes once, and answers a cancelled session as it is', async () => {
    sessionId = await it_.upload(songs(6), { review: true });
    const starts = await threeTimes(`/sessions/${sessionId}/start`, undefined);
    const [arn] = starts.map(({ body }) => Object(body).executionArn);
    await it_.ended(arn);
    expect(await it_.session(sessionId)).toMatchObject({ status: 'review', executionArn: arn });
    await it_.act(sessionId, 'cancel');
    const key = randomUUID();
    const [resumed] = await threeTimes(`/sessions/${sessionId}/resume`, undefined, key);
    await it_.ended(Object(resumed.body).executionArn);
    await it_.act(sessionId, 'cancel');
    const [late] = await threeTimes(`/sessions/${sessionId}/resume`, undefined, key);
    expect(late).toMatchObject({ status: 202, body: { status: 'cancelled' } });
  });

  it('approves once, decides once, and is charged for one training', async () => {
    const { fault, sums } = sinceNow(it_);
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'review' });
    fault(
      { call: 'create', kind: 'reset-after' },
      { call: 'status', kind: 'status', status: 500, times: 50 },
    );
    const approved = await threeTimes(`/sessions/${sessionId}/approve`, undefined);
    const runs = new Set(approved.map(({ body }) => Object(body).executionArn));
    expect(runs.size).toBe(1);
    await it_.ended(Object(approved[0].body).executionArn);
    expect(await it_.session(sessionId)).toMatchObject({ status: 'needs-decision' });
    fault();
    const decided = await threeTimes(`/sessions/${sessionId}/decide`, { choice: 'check-again' });
    await it_.ended(Object(decided[0].body).executionArn);
    const ready = await it_.session(sessionId);
    expect(ready).toMatchObject({ status: 'ready', decisions: [{ choice: 'check-again' }] });
    expect(Object(ready).decisions).toHaveLength(1);
    expect(sums().calls).toMatchObject({ create: 1 });
  });

  it('is refused with 422 where the body is another', async () => {
    const key = randomUUID();
    await threeTimes('/generations', { prompt: 'rain', model: 'chirp-v55' }, key);
    const [other] = await threeTimes('/generations', { prompt: 'snow', model: 'chirp-v55' }, key);
    expect(other.status).toBe(422);
  });
});
