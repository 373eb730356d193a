import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweepMeasurements } from '../../functions/events/sweep/sweep.ts';
import { metricLine } from '../../functions/shared/metrics.ts';
import type { LambdaFunction } from '../../local/assembly.ts';
import { scaledClock } from '../../local/clock.ts';
import { createLambda } from '../../local/lambda.ts';
import type { Step } from '../faults/rig/invocations.ts';
import { openSession, type Person } from '../faults/rig/person.ts';
import type { CallFault } from '../faults/rig/provider.ts';
import { openWorld, type World, type WorldInterference, type WorldOptions } from '../faults/rig/world.ts';
import { type SeenMetrics, seenMetrics } from './seen-metrics.ts';
import { isRaised, type TemplateAlarm, templateAlarms } from './template-alarms.ts';

const alarms = templateAlarms();
const alarm = (name: string): TemplateAlarm => {
  const found = alarms.get(name);
  if (!found) throw new Error(`There is no alarm ${name}.`);
  return found;
};
const raised = (seen: SeenMetrics) => [...alarms].flatMap(([name, it]) => (isRaised(it, seen) ? [name] : []));
/** The resource that an alarm on AWS's own metric looks at. */
const dimensionsOf = (name: string) => alarm(name).Dimensions ?? {};

const files = Array.from({ length: 6 }, () => 'song' as const);

/** A session in the rig, and the metrics that CloudWatch would make of it. */
async function played(
  what: {
    interfere?: (step: Step) => WorldInterference | undefined;
    act?: (person: Person, world: World, seen: SeenMetrics) => Promise<void>;
  } & Pick<WorldOptions, 'timeoutSeconds'>,
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
      if (counted) {
        const Dimensions = dimensionsOf('executions-failed');
        seen.add({ Namespace: 'AWS/States', MetricName: counted, Dimensions }, 1);
      }
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

/** What the sweep's handler emits, and what Lambda counts when it throws. */
async function sweeping(person: Person, world: World, seen: SeenMetrics) {
  const told = await person.sweep();
  const lines = 'answer' in told ? sweepMeasurements(told.answer) : [];
  for (const it of lines) seen.line(metricLine(it, { stage: 'local', at: world.clock.now(), about: {} }));
  if ('error' in told) {
    const [metric] =
      alarm('sweep-failing').Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [];
    seen.add({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions: metric?.Dimensions ?? {} }, 1);
  }
}

describe('the alarms that a run raises', () => {
  it('none, when it ends in a model', async () => {
    const seen = await played({
      act: async (person, world, seen) => {
        await person.start();
        await world.settled();
        await sweeping(person, world, seen);
      },
    });
    expect(raised(seen)).toEqual([]);
    const ready = {
      Namespace: 'Chirpsmith',
      MetricName: 'Sessions',
      Dimensions: { stage: 'local', outcome: 'ready' },
    };
    expect(seen.value(ready, 'Sum')).toBe(1);
  });

  it('executions-failed and key-refused, when the provider takes the key no more', async () => {
    const seen = await played({ interfere: onCall('prepare', answers(401)) });
    expect(raised(seen)).toEqual(['executions-failed', 'key-refused']);
  });

  it('executions-failed and credits-exhausted, when there are too few for the training', async () => {
    const seen = await played({ interfere: onCall('create', answers(402)) });
    expect(raised(seen)).toEqual(['executions-failed', 'credits-exhausted']);
  });

  it('executions-failed and needs-decision, when it cannot be settled whether create was taken', async () => {
    const seen = await played({ interfere: onCall('create', { kind: 'reset-before' }) });
    expect(raised(seen)).toEqual(['executions-failed', 'needs-decision']);
  });

  it('executions-timed-out, when the machine is ended from outside', async () => {
    const seen = await played({ timeoutSeconds: 30 });
    expect(raised(seen)).toEqual(['executions-timed-out']);
  });

  it('provider-throttles, when a fifth of the calls is turned away', async () => {
    const seen = await played({ interfere: onCall('upload', answers(429), 10) });
    expect(raised(seen)).toEqual(['provider-throttles']);
    const few = await played({ interfere: onCall('upload', answers(429), 2) });
    expect(raised(few)).toEqual([]);
  });

  it('never-started, when a run was announced and its execution never came about', async () => {
    const away = new Error('Step Functions is away.');
    const seen = await played({
      interfere: (step) =>
        step.kind === 'execution' && step.what === 'StartExecution'
          ? { kind: 'throws', when: 'before', error: away }
          : undefined,
      act: async (person, world, seen) => {
        expect(await person.start()).toMatchObject({ error: 'Unexpected' });
        await world.clock.sleep(61_000);
        await sweeping(person, world, seen);
      },
    });
    expect(raised(seen)).toEqual(['never-started']);
  });

  it('never-started, when nobody starts what was uploaded', async () => {
    const seen = await played({
      act: async (person, world, seen) => {
        await world.clock.sleep(61 * 60_000);
        await sweeping(person, world, seen);
      },
    });
    expect(raised(seen)).toEqual(['never-started']);
  });

  it('sweep-failing, when it cannot read the records', async () => {
    const seen = await played({
      interfere: (step) =>
        step.by.name === 'sweep' && step.kind === 'read'
          ? { kind: 'throws', when: 'before', error: new Error('DynamoDB is away.') }
          : undefined,
      act: sweeping,
    });
    expect(raised(seen)).toEqual(['sweep-failing']);
  });

  it('functions-throttled, when more runs at once than is reserved', async () => {
    const seen = seenMetrics();
    const directory = mkdtempSync(path.join(tmpdir(), 'chirpsmith-throttled-'));
    writeFileSync(path.join(directory, 'index.mjs'), 'export const handler = async () => ({});');
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:check-upload';
    const fn: LambdaFunction = {
      name: 'check-upload',
      arn,
      directory,
      handler: 'index.handler',
      environment: {},
      timeoutSeconds: 5,
      memoryMb: 128,
      reserved: 2,
      roleArn: 'arn:aws:iam::123456789012:role/check-upload',
      invokers: [],
    };
    const lambda = createLambda({
      assembly: { functions: [fn], region: 'us-east-1' },
      access: { credentialsFor: () => ({ accessKeyId: 'a', secretAccessKey: 's' }), checkRole: () => {} },
      environment: () => ({}),
      log: () => {},
      clock: scaledClock(1),
    });
    const [metric] = alarm('functions-throttled').Metrics?.flatMap((it) => it.MetricStat?.Metric ?? []) ?? [];
    const invoke = () =>
      lambda.invoke(arn, {}, { roleArn: 'machine' }).catch((error: unknown) => {
        expect(error).toMatchObject({ errorType: 'Lambda.TooManyRequestsException' });
        const { Dimensions = {} } = metric ?? {};
        seen.add({ Namespace: 'AWS/Lambda', MetricName: 'Throttles', Dimensions }, 1);
      });
    try {
      await Promise.all(Array.from({ length: 11 }, invoke));
      expect(raised(seen)).toEqual([]);
      // Those that ran have ended, and make room again.
      await Promise.all(Array.from({ length: 3 }, invoke));
      expect(raised(seen)).toEqual(['functions-throttled']);
    } finally {
      await lambda.close();
      rmSync(directory, { recursive: true });
    }
  });
});
