import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createdGenerationAnswer, generationAnswer } from '../../functions/api/contract/music.ts';
import { createdSessionAnswer } from '../../functions/api/contract/session.ts';
import {
  declarationOf,
  send,
  sharedStack,
  sinceNow,
  songs,
  type TestStack,
  time,
} from '../../test-support/local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => {
  time.goOn();
  sinceNow(it_).fault();
});

const stop = (executionArn: string | undefined) =>
  it_.stepFunctions.send(new StopExecutionCommand({ executionArn }));

/** Makes a record of music as old as one that was written an hour ago: the functions look at the wall's clock. */
async function age(sessionId: string): Promise<void> {
  const TableName = it_.stack.assembly.tables[0]?.name;
  await it_.dynamodb.send(
    new UpdateItemCommand({
      TableName,
      Key: { pk: { S: `SESSION#${sessionId}` }, sk: { S: 'SESSION' } },
      UpdateExpression: 'SET updatedAt = :then, #create.requestedAt = :then',
      ExpressionAttributeNames: { '#create': 'create' },
      ExpressionAttributeValues: { ':then': { S: new Date(Date.now() - 3_600_000).toISOString() } },
    }),
  );
}

/** A call of each schedule, as it comes every quarter of an hour. */
async function sweep(): Promise<void> {
  it_.stack.eventBridge.startSchedules();
  await it_.stack.eventBridge.settled();
}

describe('a session whose execution runs', () => {
  it('of a batch is neither deleted nor started by a second execution', async () => {
    const sessionId = await it_.upload(songs(3), { kind: 'batch' });
    time.stopAfter(2);
    const { executionArn = '' } = await it_.act(sessionId, 'start');
    await it_.until(sessionId, ({ tracks }) => tracks.every(({ status }) => status === 'submitted'));

    const { batchMachineArn: stateMachineArn } = it_.stack.ready;
    const input = JSON.stringify({ sessionId });
    const second = await it_.stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input }));
    expect(await it_.ended(second.executionArn ?? '')).toMatchObject({ error: 'NotPossible' });
    expect(await it_.call('DELETE', `/sessions/${sessionId}`)).toMatchObject({ status: 409 });

    time.goOn();
    await it_.ended(executionArn);
    expect(await it_.session(sessionId)).toMatchObject({ status: 'ready', batch: { clips: 3 } });
  });

  it('of music is shown as under way', async () => {
    time.stopAfter(0);
    const request = { model: 'chirp-v55', prompt: 'rain', tags: 'slow', title: 'Rain' };
    const { session } = createdGenerationAnswer.parse((await it_.call('POST', '/generations', request)).body);
    const { body } = await it_.call('GET', `/generations/${session.sessionId}`);
    expect(generationAnswer.parse(body).session.status).toMatch(/preparing|creating|generating/);
    time.goOn();
    await it_.ended(session.executionArn ?? '');
  });
});

describe('a session whose record is suspiciously old', () => {
  it('is shown as under way while its execution runs, and as interrupted when that is gone', async () => {
    const request = { model: 'chirp-v55', prompt: 'rain', tags: 'slow', title: 'Old rain' };
    time.stopAfter(0);
    const { body } = await it_.call('POST', '/generations', request);
    const { sessionId, executionArn } = createdGenerationAnswer.parse(body).session;
    await it_.until(sessionId, ({ status }) => status === 'generating');
    await it_.idle();
    await age(sessionId);
    const shown = async () => {
      const { status } = await it_.session(sessionId);
      const music = generationAnswer.parse((await it_.call('GET', `/generations/${sessionId}`)).body);
      return [status, music.session.status];
    };
    expect(await shown()).toEqual(['generating', 'generating']);
    await stop(executionArn);
    expect(await shown()).toEqual(['interrupted', 'interrupted']);
    time.goOn();
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready' });
  });
});

describe('a batch whose files are declared in parts', () => {
  it('takes those of the second part by their URLs; one that never came is named, and the others are uploaded', async () => {
    const [first, second, never] = songs(3);
    if (!first || !second || !never) throw new Error('three songs');
    const declare = async (route: string, body: object, file: typeof first) => {
      const made = createdSessionAnswer.parse((await it_.call('POST', route, body)).body);
      const [signed] = made.uploads;
      if (signed) await send(signed, file.bytes);
      return made.sessionId;
    };
    const body = { name: 'Parts', kind: 'batch', files: [declarationOf(first)] };
    const sessionId = await declare('/sessions', body, first);
    const more = { from: 1, files: [second, never].map(declarationOf) };
    await declare(`/sessions/${sessionId}/files`, more, second);

    const session = await it_.run(sessionId);
    expect(session).toMatchObject({ batch: { clips: 2, missing: 1 } });
    expect(session.tracks.map(({ status }) => status)).toEqual(['done', 'done', 'rejected']);
  });
});

describe('the sweep', () => {
  it('records a session as interrupted whose execution is gone, and publishes that on the event bus', async () => {
    const sessionId = await it_.upload(songs(6));
    time.stopAfter(2);
    const { executionArn } = await it_.act(sessionId, 'start');
    await it_.until(sessionId, ({ tracks }) => tracks.every(({ status }) => status === 'submitted'));
    await stop(executionArn);
    const told: unknown[] = [];
    const end = it_.stack.eventBridge.listen(({ detail }) => told.push(detail));
    await sweep();
    end();
    expect(told).toContainEqual(
      expect.objectContaining({ sessionId, status: 'interrupted', before: 'uploading' }),
    );
    expect(await it_.session(sessionId)).toMatchObject({
      status: 'interrupted',
      actions: ['resume', 'cancel'],
    });
    time.goOn();
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready', creditsSpent: 106 });
  });

  it('begins a run that asks the provider where create is in doubt, and pays nothing twice', async () => {
    const { fault, sums } = sinceNow(it_);
    const sessionId = await it_.upload(songs(6), { review: true });
    await it_.run(sessionId);
    fault(
      { call: 'create', kind: 'reset-after' },
      { call: 'status', kind: 'status', status: 500, times: 50 },
    );
    time.stopAfter(1);
    const { executionArn } = await it_.act(sessionId, 'approve');
    // Its function may be loaded first.
    await expect.poll(() => sums().calls.create, { timeout: 20_000 }).toBe(1);
    await it_.idle();
    await stop(executionArn);
    await sweep();
    fault();
    const begun = await it_.session(sessionId);
    expect(begun.executionArn).not.toBe(executionArn);
    time.goOn();
    await it_.ended(begun.executionArn ?? '');
    expect(await it_.session(sessionId)).toMatchObject({ status: 'ready', creditsSpent: 106 });
    expect(sums().calls.create).toBe(1);
  });
});
