import { beforeAll, expect, it } from 'vitest';
import { sessionStatusChangedSchema } from '../../functions/observability/session-status-event.ts';
import type { BusEvent } from '../../packages/local-aws/event-bridge.ts';
import { sharedStack, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});

it('publishes every change of status on the bus, in order', async () => {
  const { stack, upload, run } = it_;
  const events: BusEvent[] = [];
  const end = stack.eventBridge.listen((event) => events.push(event));
  const sessionId = await upload(songs(6), { name: 'Told' });
  const ready = await run(sessionId);
  end();

  const own = events.filter(({ source }) => source === 'chirpsmith.local');
  expect(new Set(own.map((event) => event['detail-type']))).toEqual(new Set(['Session status changed']));
  const turns = own
    .map(({ detail }) => sessionStatusChangedSchema.parse(detail))
    .filter((turn) => turn.sessionId === sessionId);
  const statuses = ['open', 'preparing', 'uploading', 'creating', 'training', 'ready'];
  expect(turns.map(({ status }) => status)).toEqual(statuses);
  expect(turns.map(({ before }) => before)).toEqual([undefined, ...statuses.slice(0, -1)]);
  const versions = turns.map(({ recordVersion }) => recordVersion);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  expect(turns.at(-1)).toMatchObject({
    name: 'Told',
    owner: 'local',
    startedBy: 'api',
    modelId: ready.modelId,
    execution: ready.executionArn?.split(':').at(-1),
  });
  expect(JSON.stringify(own)).not.toMatch(/https?:|X-Amz/);
});
