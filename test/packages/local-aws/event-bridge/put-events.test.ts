import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Assembly } from '../../../../packages/local-aws/assembly.ts';
import { startAwsEndpoint } from '../../../../packages/local-aws/aws-endpoint.ts';
import { createPutEvents } from '../../../../packages/local-aws/event-bridge/put-events.ts';
import { createAccess } from '../../../../packages/local-aws/iam.ts';
import { first, smallAssembly } from '../assembly-fixture.ts';

const busArn = (name: string) => `arn:aws:events:us-east-1:123456789012:event-bus/${name}`;
const buses = ['default', 'turns'].map((name) => ({ name, arn: busArn(name) }));
const small = smallAssembly();
const grant = {
  effect: 'Allow',
  actions: ['events:PutEvents'],
  resources: [busArn('turns')],
  conditions: {
    'ForAllValues:StringEquals': { 'events:source': 'chirpsmith' },
    Null: { 'events:source': 'false' },
  },
} as const;
const { roleArn } = first(small.functions);
const assembly: Assembly = {
  ...small,
  buses,
  roles: small.roles.map((role) => (role.arn === roleArn ? { ...role, statements: [grant] } : role)),
};
const access = createAccess(assembly);
const published: unknown[] = [];
let endpoint: Awaited<ReturnType<typeof startAwsEndpoint>>;
beforeAll(async () => {
  const events = createPutEvents({
    assembly,
    access,
    now: () => Date.UTC(2026, 10, 21, 3),
    publish: (event, bus) => published.push({ event, bus }),
  });
  endpoint = await startAwsEndpoint({ port: 0, region: 'us-east-1', access, services: { events } });
});
beforeEach(() => {
  published.length = 0;
});
afterAll(() => endpoint.close());

const entry = {
  Source: 'chirpsmith',
  DetailType: 'Session ready',
  Detail: '{"id":1}',
  EventBusName: 'turns',
};

function put(credentials: typeof access.admin, ...entries: Partial<typeof entry & { Time: Date }>[]) {
  const client = new EventBridgeClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  const Entries = entries.map((changed) => ({ ...entry, ...changed }));
  return client.send(new PutEventsCommand({ Entries }));
}

it('takes events of the client to their bus, dated now unless they say when', async () => {
  const answer = await put(access.credentialsFor(roleArn), {}, { Time: new Date(0) });
  expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }, {}] });
  const event = {
    source: 'chirpsmith',
    'detail-type': 'Session ready',
    detail: { id: 1 },
    account: '123456789012',
    region: 'us-east-1',
    resources: [],
  };
  expect(published).toMatchObject([
    { event: { ...event, time: '2026-11-21T03:00:00Z' }, bus: 'turns' },
    { event: { ...event, time: '1970-01-01T00:00:00Z' }, bus: 'turns' },
  ]);
});

it.each([
  ['on another bus', { EventBusName: 'default' }],
  ['of another source', { Source: 'somebody' }],
])('refuses the whole request for an event %s than the role may put', async (_, changed) => {
  await expect(put(access.credentialsFor(roleArn), {}, changed)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('is not authorized to perform: events:PutEvents'),
  });
  expect(published).toEqual([]);
});

it.each([
  ['whose detail is no JSON object', { Detail: '[1]' }, 'MalformedDetail'],
  ['in the name of AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
  ['on no bus', { EventBusName: 'nowhere' }, 'ResourceNotFoundException'],
])('refuses an entry %s, and takes the others', async (_, changed, ErrorCode) => {
  const answer = await put(access.admin, changed, {});
  expect(answer).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode }, { EventId: expect.any(String) }],
  });
  expect(published).toHaveLength(1);
});

it('refuses what EventBridge would refuse: no entry, more than ten, more than 256 KB', async () => {
  const refused = { name: 'ValidationException' };
  await expect(put(access.admin)).rejects.toMatchObject(refused);
  await expect(put(access.admin, ...new Array(11).fill({}))).rejects.toMatchObject(refused);
  const Detail = JSON.stringify({ long: 'x'.repeat(256 * 1024) });
  await expect(put(access.admin, { Detail })).rejects.toMatchObject(refused);
});
