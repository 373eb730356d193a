import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweepMeasurements } from '../../functions/event-handlers/sweep/sweep.ts';
import { metricLine } from '../../functions/observability/metrics.ts';
import { startApiGateway } from '../../packages/local-aws/api-gateway.ts';
import { type LambdaFunction, readAssembly } from '../../packages/local-aws/assembly.ts';
import { createEventBridge } from '../../packages/local-aws/event-bridge.ts';
import { createAccess } from '../../packages/local-aws/iam.ts';
import { createLambda, LambdaError } from '../../packages/local-aws/lambda.ts';
import { openQueues } from '../../packages/local-aws/sqs.ts';
import { scaledClock, virtualClock } from '../../packages/local-servers/clock.ts';
import type { Step } from '../../simulation/harness/invocations.ts';
import { openSession, type Person } from '../../simulation/harness/person.ts';
import type { CallFault } from '../../simulation/harness/provider.ts';
import {
  openWorld,
  type World,
  type WorldInterference,
  type WorldOptions,
} from '../../simulation/harness/world.ts';
import { configured, synthesized } from '../infra/synthesized.ts';
import { countDepths } from './queue-depths.ts';
import { type SeenMetrics, seenMetrics } from './seen-metrics.ts';
import { isRaised, lookedAt, type TemplateAlarm, templateAlarms } from './template-alarms.ts';

// Stage local with a webhook, which is never there on this machine: everything that can bring an alarm.
const { app, service } = synthesized({ ...configured(), webhookUrl: 'https://hooks.example.com' });
const assembly = readAssembly(app.synth().directory);
const alarms = templateAlarms(service);
const alarm = (name: string): TemplateAlarm => {
  const found = alarms.get(name);
  if (!found) throw new Error(`There is no alarm ${name}.`);
  return found;
};
const raised = (seen: SeenMetrics) => [...alarms].flatMap(([name, it]) => (isRaised(it, seen) ? [name] : []));
const StateMachineArn = 'chirpsmith-local-train-model';

const files = Array.from({ length: 6 }, () => 'song' as const);

/** A session in the rig, and the metrics that CloudWatch would make of it. */
async function played(
  what: {
    interfere?: (step: Step) => WorldInterference | undefined;
    act?: (person: Person, world: World, seen: SeenMetrics) => Promise<void>;
  } & Pick<WorldOptions, 'timeoutSeconds' | 'bus'>,
): Promise<SeenMetrics> {
  const seen = seenMetrics();
  const { act, ...options } = what;
  const world = await openWorld({ seed: 7, emit: seen.line, ...options });
  try {
    const person = await openSession(world, files);
    if (act) await act(person, world, seen);
    else await person.start();
    await world.settled();
    // What Step Functions counts of itself.
    for (const { status } of await world.history()) {
      const counted = { FAILED: 'ExecutionsFailed', TIMED_OUT: 'ExecutionsTimedOut' }[status];
      if (counted)
        seen.add({ Namespace: 'AWS/States', MetricName: counted, Dimensions: { StateMachineArn } }, 1);
    }
    return seen;
  } finally {
    await world.close();
  }
}

const onCall = (what: string, fault: CallFault, times = 1) => {
  let left = times;
  return (step: Step): WorldInterference | undefined =>
    step.kind === 'call' && step.what === what && left-- > 0 ? { kind: 'provider', fault } : undefined;
};
const answers = (status: number): CallFault => ({ kind: 'status', status, headers: {}, taken: false });
const away = (what: string) => new Error(`${what} is away.`);

/** What the sweep's handler emits, and what Lambda counts when it throws. */
async function sweeping(person: Person, world: World, seen: SeenMetrics) {
  const told = await person.sweep();
  const lines = 'answer' in told ? sweepMeasurements(told.answer) : [];
  for (const it of lines) seen.line(metricLine(it, { stage: 'local', at: world.clock.now(), about: {} }));
  const Dimensions = { FunctionName: 'chirpsmith-local-sweep' };
  if ('error' in told) seen.add({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions }, 1);
}

/** More invocations at once of a function than are reserved for it, by Lambda's own count. */
async function throttled(more: readonly number[]): Promise<SeenMetrics> {
  const seen = seenMetrics();
  const directory = mkdtempSync(path.join(tmpdir(), 'chirpsmith-throttled-'));
  writeFileSync(path.join(directory, 'index.mjs'), 'export const handler = async () => ({});');
  const name = 'chirpsmith-local-copy-audio';
  const arn = `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
  const fn: LambdaFunction = {
    name,
    arn,
    directory,
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 5,
    memoryMb: 128,
    reserved: 2,
    roleArn: 'arn:aws:iam::123456789012:role/copy-audio',
    invokers: [],
  };
  const lambda = createLambda({
    assembly: { functions: [fn], region: 'us-east-1' },
    access: { credentialsFor: () => ({ accessKeyId: 'a', secretAccessKey: 's' }), checkRole: () => {} },
    environment: () => ({}),
    log: () => {},
    clock: scaledClock(1),
    // A worker for each: what waits for one does not run yet.
    poolSize: { perFunction: 20, total: 20 },
  });
  const invoke = () =>
    lambda.invoke(arn, {}, { roleArn: 'machine' }).catch((error: unknown) => {
      expect(error).toMatchObject({ errorType: 'Lambda.TooManyRequestsException' });
      // Lambda counts it for the function, and for all of the account.
      for (const Dimensions of [{ FunctionName: name }, {}]) {
        seen.add({ Namespace: 'AWS/Lambda', MetricName: 'Throttles', Dimensions }, 1);
      }
    });
  try {
    // Those that ran have ended before the next ones come, and make room again.
    for (const extra of more) await Promise.all(Array.from({ length: 2 + extra }, invoke));
    return seen;
  } finally {
    await lambda.close();
    rmSync(directory, { recursive: true });
  }
}

/** An API whose function throws at every request, by API Gateway's own count. */
async function failingApi(requests: number): Promise<SeenMetrics> {
  const seen = seenMetrics();
  const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:get-session';
  const routes = [{ key: 'GET /sessions', functionArn, authorizer: undefined }];
  const gateway = await startApiGateway({
    port: 0,
    api: { id: 'api', name: 'api', cors: undefined, stages: [], routes },
    issuer: { issuer: 'https://issuer.example', keys: { keys: [] } },
    lambda: { invoke: () => Promise.reject(away('The function')) },
  });
  try {
    for (let request = 0; request < requests; request++) {
      const { status } = await fetch(`${gateway.url}/sessions`);
      const Dimensions = { ApiId: 'chirpsmith-local' };
      if (status >= 500) seen.add({ Namespace: 'AWS/ApiGateway', MetricName: '5xx', Dimensions }, 1);
    }
    return seen;
  } finally {
    await gateway.close();
  }
}

/** An event whose function fails each time that Lambda tries: the template's rule, retries, queue and roles. */
async function undelivered(event: { source: string; 'detail-type': string; detail: object }) {
  const directory = mkdtempSync(path.join(tmpdir(), 'chirpsmith-letters-'));
  const access = createAccess(assembly);
  const queues = openQueues({ queues: assembly.queues, access, directory });
  const eventBridge = createEventBridge({
    assembly,
    access,
    queues,
    lambda: {
      invoke: async () => {
        throw new LambdaError('Error', 'It fails.');
      },
    },
    clock: virtualClock(),
    onError: () => {},
  });
  const { region, account } = assembly;
  const id = 'e-1';
  const detail = Object.fromEntries(Object.entries(event.detail));
  eventBridge.publish({ version: '0', id, account, time: '', region, resources: [], ...event, detail });
  await eventBridge.settled();
  const seen = seenMetrics();
  countDepths(seen, { assembly, queues });
  rmSync(directory, { recursive: true });
  return seen;
}

const inboxUpload = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: assembly.buckets[0]?.name }, object: { key: 'inbox/night/manifest.json' } },
};

/** What each alarm of the template is for, as it happens on this machine. Those of a row are raised, and no others. */
const runs: readonly [raises: readonly string[], when: string, play: () => Promise<SeenMetrics>][] = [
  [
    [],
    'a run ends in a model',
    () =>
      played({
        act: async (person, world, seen) => {
          await person.start();
          await world.settled();
          await sweeping(person, world, seen);
          const Dimensions = { stage: 'local', outcome: 'ready' };
          expect(seen.value({ Namespace: 'Chirpsmith', MetricName: 'Sessions', Dimensions }, 'Sum')).toBe(1);
        },
      }),
  ],
  [
    ['executions-failed', 'key-refused'],
    'the provider takes the key no more',
    () => played({ interfere: onCall('prepare', answers(401)) }),
  ],
  [
    ['executions-failed', 'credits-exhausted'],
    'there are too few credits for the training',
    () => played({ interfere: onCall('create', answers(402)) }),
  ],
  [
    ['executions-failed', 'needs-decision'],
    'it cannot be settled whether create was taken',
    () => played({ interfere: onCall('create', { kind: 'reset-before' }) }),
  ],
  [['executions-timed-out'], 'the machine is ended from outside', () => played({ timeoutSeconds: 30 })],
  [
    ['provider-throttles'],
    'a fifth of the calls is throttled',
    () => played({ interfere: onCall('upload', answers(429), 10) }),
  ],
  [[], 'a few calls are throttled', () => played({ interfere: onCall('upload', answers(429), 2) })],
  [
    ['never-started'],
    'a run was announced and its execution never came about',
    () =>
      played({
        interfere: (step) =>
          step.kind === 'execution' && step.what === 'StartExecution'
            ? { kind: 'throws', when: 'before', error: away('Step Functions') }
            : undefined,
        act: async (person, world, seen) => {
          expect(await person.start()).toMatchObject({ error: 'Unexpected' });
          await world.clock.sleep(61_000);
          await sweeping(person, world, seen);
        },
      }),
  ],
  [
    ['never-started'],
    'nobody starts what was uploaded',
    () =>
      played({
        act: async (person, world, seen) => {
          await world.clock.sleep(61 * 60_000);
          await sweeping(person, world, seen);
        },
      }),
  ],
  [
    ['sweep-failing'],
    'the sweep cannot read the records',
    () =>
      played({
        interfere: (step) =>
          step.by.name === 'sweep' && step.kind === 'read'
            ? { kind: 'throws', when: 'before', error: away('DynamoDB') }
            : undefined,
        act: sweeping,
      }),
  ],
  [['api-failing'], 'five requests end in a function that throws', () => failingApi(5)],
  [[], 'four requests end in a function that throws', () => failingApi(4)],
  [['functions-throttled'], 'ten times more run at once than is reserved', () => throttled([9, 1])],
  [[], 'nine times more run at once than is reserved', () => throttled([9])],
  [
    ['events-lost'],
    'the event bus takes nothing, and the run ends in a model all the same',
    () => played({ bus: { put: () => Promise.reject(away('EventBridge')) } }),
  ],
  [['dead-letters-inbox'], 'an upload to the inbox cannot be looked at', () => undelivered(inboxUpload)],
  [
    ['dead-letters-webhook'],
    'the webhook takes an event at none of three attempts',
    () => undelivered({ source: 'chirpsmith.local', 'detail-type': 'Session status changed', detail: {} }),
  ],
];

describe('alarms', () => {
  it.each(runs)('%j are raised when %s', async (raises, _, play) => {
    expect(raised(await play())).toEqual(raises);
  });

  it('each have a run above that raises them', () => {
    expect(new Set(runs.flatMap(([raises]) => raises))).toEqual(new Set(alarms.keys()));
  });

  it('of executions look at all machines, and that of throttles at all functions by one metric', () => {
    const seenBy = (name: string, of: string) => lookedAt(alarm(name)).map((it) => it.Dimensions[of]);
    const machines = ['train-model', 'upload-batch', 'generate-music'].map((it) => `chirpsmith-local-${it}`);
    expect(seenBy('executions-timed-out', 'StateMachineArn')).toEqual(machines);
    expect(lookedAt(alarm('functions-throttled'))).toEqual([
      { Namespace: 'AWS/Lambda', MetricName: 'Throttles', Dimensions: {} },
    ]);
  });
});
