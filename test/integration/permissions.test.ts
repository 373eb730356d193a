import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WorkflowFunction } from '../../infra/constructs/workflow-function.ts';
import { readAssembly } from '../../packages/local-aws/assembly.ts';
import { grants, sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';
import type { Grant } from '../../test-support/withheld-grants.ts';
import { appWithoutCode, configured } from '../infra/synthesized.ts';
import { countDepths } from '../monitoring/queue-depths.ts';
import { seenMetrics } from '../monitoring/seen-metrics.ts';
import { isRaised, templateAlarms } from '../monitoring/template-alarms.ts';

const { withhold, replace } = grants;
let it_: TestStack;
let ledger: ReturnType<typeof sinceNow>['sums'];
let resources: Record<'table' | 'ownerIndex' | 'objects' | 'executions' | 'machine', string>;
let sessionId: string;

beforeAll(async () => {
  it_ = await sharedStack();
  ({ sums: ledger } = sinceNow(it_));
  const { tables, buckets, machines } = it_.stack.assembly;
  const [table, bucket, machine] = [tables, buckets, machines].map(([one]) => one?.arn ?? '');
  resources = {
    table: table ?? '',
    ownerIndex: `${table}/index/byOwner`,
    objects: `${bucket}/audio/`,
    machine: machine ?? '',
    executions: (machine ?? '').replace(':stateMachine:', ':execution:'),
  };
  sessionId = await it_.upload(songs(6));
});
afterEach(() => {
  withhold();
  replace([]);
  it_.notices.length = 0;
});

const functionArn = (name: string) =>
  it_.stack.assembly.functions.find((fn) => fn.name.endsWith(`-${name}`))?.arn ?? `no function ${name}`;

/** Who may not do what with what, as AWS words it. */
const denial = (of: string, action: string, resource: string) =>
  `/chirpsmith-local-${of} is not authorized to perform: ${action} on resource: ${resource}`;

/** Runs the session and says what a person finds in the console, in the API and at the terminal. */
async function failedRun() {
  const session = await it_.run(sessionId);
  const execution = await it_.ended(session.executionArn ?? '');
  await it_.idle();
  return { session, execution, notices: it_.notices.join('\n') };
}

// What is taken away here is what functions/runtime/capabilities.ts allows with each use; that each function has
// just those is held in test/infra/grants.test.ts, so a few will do; not the provider's key, which a function keeps for
// minutes. The table follows the way of a run: each start goes a little further than the one before and stops at the
// next thing that is not allowed, on one and the same session; so do those after it, on a second one.
describe('a run without one of its grants ends as AccessDenied, naming function, action and resource', () => {
  it.each<[Grant, () => string, paid: Partial<Record<string, number>>]>([
    [{ of: 'prepare-session', action: 's3:GetObject' }, () => resources.objects, {}],
    [{ of: 'submit-upload', action: 'dynamodb:UpdateItem' }, () => resources.table, { prepare: 1 }],
    [{ of: 'check-training', action: 'dynamodb:UpdateItem' }, () => resources.table, { create: 1 }],
  ])('$of: $action', async (grant, resource, paid) => {
    withhold(grant);
    const { session, execution, notices } = await failedRun();
    const words = denial(grant.of, grant.action, resource());
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'AccessDenied',
      cause: expect.stringContaining(words),
    });
    expect(notices).toContain(words);
    expect(session).toMatchObject({
      status: 'failed',
      failure: { error: 'AccessDenied', reason: expect.stringContaining(words) },
    });
    // Nothing is paid that cannot be recorded, and nothing twice: create only where it is listed.
    expect(ledger().calls).toMatchObject(paid);
    expect(ledger().calls.create).toBe(paid.create);
  });

  it('goes on from there when the grant is given back, and pays for nothing a second time', async () => {
    expect(await it_.run(sessionId)).toMatchObject({ status: 'ready', creditsSpent: 106 });
    expect(ledger()).toMatchObject({ calls: { prepare: 1, upload: 6, create: 1 }, credits: 106 });
  });

  it('a track that may not be read ends the run before the provider is asked to fetch it', async () => {
    sessionId = await it_.upload(songs(6));
    // A URL that is signed by a role without the permission is as good as none.
    withhold({ of: 'submit-upload', action: 's3:GetObjectVersion' });
    const { session, notices } = await failedRun();
    expect(session).toMatchObject({ status: 'failed', failure: { error: 'AccessDenied' } });
    expect(session.tracks.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(notices).toContain(denial('submit-upload', 's3:GetObjectVersion', resources.objects));
  });

  it('the machine: lambda:InvokeFunction of a function within the Map', async () => {
    const resource = functionArn('check-upload');
    withhold({ of: 'train-model', action: 'lambda:InvokeFunction', resource });
    const { session, execution } = await failedRun();
    const words = denial('train-model', 'lambda:InvokeFunction', resource);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
    expect(execution.cause).toContain(words);
    expect(session.failure?.reason).toContain(words);
  });

  it('a failure that cannot be recorded is the end of the execution, and the sweep shows the session as cut off', async () => {
    withhold(
      { of: 'create-model', action: 'dynamodb:Query' },
      { of: 'record-failure', action: 'dynamodb:UpdateItem' },
    );
    const { session, execution, notices } = await failedRun();
    expect(session.status).toBe('creating');
    it_.stack.eventBridge.startSchedules();
    await it_.stack.eventBridge.settled();
    expect((await it_.session(session.sessionId)).status).toBe('interrupted');
    expect(execution).toMatchObject({
      error: 'AccessDenied',
      cause: expect.stringContaining(denial('record-failure', 'dynamodb:UpdateItem', resources.table)),
    });
    expect(notices).toContain(denial('create-model', 'dynamodb:Query', resources.table));
  });
});

describe('a request without one of its grants is answered 500, and the terminal and the log say why', () => {
  const files = songs(6).map(({ name }, index) => ({ name, size: 10, sha256: `${index}`.repeat(64) }));
  const body = { name: 'Denied', files };

  it.each<[Grant, () => string, () => Promise<readonly [method: string, route: string, body?: object]>]>([
    [
      { of: 'create-session', action: 'dynamodb:PutItem' },
      () => resources.table,
      async () => ['POST', '/sessions', body],
    ],
    [
      { of: 'start-session', action: 'states:StartExecution' },
      () => resources.machine,
      async () => {
        const unstarted = await it_.upload(songs(6));
        // Its record names an execution that never came about: a sweep of a minute later would start it.
        onTestFinished(async () => void (await it_.act(unstarted, 'cancel')));
        return ['POST', `/sessions/${unstarted}/start`];
      },
    ],
    [
      { of: 'delete-session', action: 's3:DeleteObjectVersion' },
      () => resources.objects,
      async () => ['DELETE', `/sessions/${await it_.upload(songs(6))}`],
    ],
    [
      { of: 'list-sessions', action: 'dynamodb:Query' },
      () => resources.ownerIndex,
      async () => ['GET', '/sessions'],
    ],
  ])('$of: $action', async (grant, resource, request) => {
    const [method, route, sent] = await request();
    withhold(grant);
    const answer = await it_.call(method, route, sent);
    const words = denial(grant.of, grant.action, resource());
    expect(answer).toMatchObject({ status: 500, body: { type: 'urn:chirpsmith:error:AccessDenied' } });
    expect(JSON.stringify(answer.body)).not.toContain(grant.action);
    expect(it_.notices.join('\n')).toContain(words);
    await expect.poll(logs).toContain(words);
  });

  function logs(): string {
    const directory = path.join(it_.home, 'log');
    return readdirSync(directory)
      .map((name) => readFileSync(path.join(directory, name), 'utf8'))
      .join('');
  }

  it('an upload URL signed without the permission says so when it is used', async () => {
    withhold({ of: 'create-session', action: 's3:PutObject' });
    const words = denial('create-session', 's3:PutObject', resources.objects);
    await expect(it_.upload(songs(6))).rejects.toThrow(words);
    expect(it_.notices.join('\n')).toContain(words);
  });
});

describe('an upload to the inbox without one of its grants', () => {
  const alarm = templateAlarms().get('dead-letters-inbox');

  it.each<[Grant, () => string]>([
    [{ of: 'start-from-manifest', action: 's3:ListBucket' }, () => bucketArn()],
    [
      { of: 'start-from-manifest', action: 'events:PutEvents' },
      () => 'arn:aws:events:us-east-1:123456789012:event-bus/default',
    ],
  ])(
    '$action is tried three times, told at the terminal, and kept as a dead letter that raises its alarm',
    async (grant, resource) => {
      withhold(grant);
      const { ready, eventBridge } = it_.stack;
      const { letters } = sinceNow(it_);
      const { s3: endpoint, region, adminKey: credentials, bucket: Bucket } = ready;
      const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
      const Key = `inbox/${grant.action}/manifest.json`;
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' }));
      s3.destroy();
      await eventBridge.settled();
      const seen = seenMetrics();
      countDepths(seen, it_.stack);
      expect(alarm && isRaised(alarm, seen)).toBe(true);
      const words = denial(grant.of, grant.action, resource());
      expect(letters().map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
        {
          requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
          requestPayload: { detail: { object: { key: Key } } },
          responsePayload: { errorType: 'AccessDenied', errorMessage: expect.stringContaining(words) },
        },
      ]);
      expect(it_.notices.join('\n')).toContain(words);
    },
  );

  const bucketArn = () => it_.stack.assembly.buckets[0]?.arn ?? '';
});

describe('taken out of the infra code', () => {
  it('one bind call without its grant is a run that fails by its name', async () => {
    const allow = WorkflowFunction.prototype.allow;
    const spy = vi.spyOn(WorkflowFunction.prototype, 'allow').mockImplementation(function (
      this: WorkflowFunction,
      actions,
      ...on
    ) {
      // As if `bindTable(submitUpload, …)` no longer listed UpdateItem.
      const isTable = actions.every((action) => action.startsWith('dynamodb:'));
      const fewer = isTable && this.node.id === 'SubmitUpload';
      allow.call(this, fewer ? actions.filter((action) => action !== 'dynamodb:UpdateItem') : actions, ...on);
    });
    const { directory } = appWithoutCode(configured()).synth();
    spy.mockRestore();

    replace(readAssembly(directory).roles);
    sessionId = await it_.upload(songs(6));
    const { execution } = await failedRun();
    expect(execution).toMatchObject({
      error: 'AccessDenied',
      cause: expect.stringContaining(denial('submit-upload', 'dynamodb:UpdateItem', resources.table)),
    });
  });
});
