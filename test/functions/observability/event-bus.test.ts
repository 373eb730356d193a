import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { createEventBus } from '../../../functions/observability/event-bus.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';

const mock = mockClient(EventBridgeClient);
const bus = createEventBus({ client: new EventBridgeClient(), bus: 'arn:bus', source: 'chirpsmith.prod' });

it('puts one event on the bus, in the name of its stage', async () => {
  mock.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
  await bus.put('Manifest rejected', { schema: 1 });
  expect(mock.commandCalls(PutEventsCommand)[0]?.args[0].input).toEqual({
    Entries: [
      {
        EventBusName: 'arn:bus',
        Source: 'chirpsmith.prod',
        DetailType: 'Manifest rejected',
        Detail: '{"schema":1}',
      },
    ],
  });
});

it('fails when the call succeeds and the event was not taken', async () => {
  const entry = { ErrorCode: 'ThrottlingException', ErrorMessage: 'Slow down.' };
  mock.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [entry] });
  await expect(bus.put('Manifest rejected', {})).rejects.toMatchObject({
    name: 'StorageUnavailable',
    message: 'EventBridge did not take "Manifest rejected": ThrottlingException Slow down.',
  });
});

it('takes an event for taken unless EventBridge says otherwise, and says so without its words, too', async () => {
  mock.on(PutEventsCommand).resolves({});
  await expect(bus.put('Manifest rejected', {})).resolves.toBeUndefined();
  mock.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }, { ErrorCode: 'InternalFailure' }] });
  await expect(bus.put('Manifest rejected', {})).rejects.toMatchObject({
    message: 'EventBridge did not take "Manifest rejected": InternalFailure',
  });
});

it('names what the caller is not allowed to do', async () => {
  mock.on(PutEventsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
  await expect(bus.put('Manifest rejected', {})).rejects.toMatchObject({ name: 'AccessDenied' });
});

it('gives up a call that takes too long', async () => {
  mock.restore();
  const client = new EventBridgeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      // Answers never, until it is told to give up.
      handle: (_: unknown, { abortSignal }: { abortSignal?: AbortSignal } = {}) =>
        new Promise((_, reject) => {
          abortSignal?.addEventListener('abort', () => reject(abortSignal.reason));
          giveUp.abort(new DOMException('It took too long.', 'TimeoutError'));
        }),
    },
  });
  const giveUp = new AbortController();
  const slow = createEventBus({ client, bus: 'arn:bus', source: 'chirpsmith.prod' });
  await expect(slow.put('Session status changed', {}, giveUp.signal)).rejects.toBeInstanceOf(ChirpsmithError);
});
