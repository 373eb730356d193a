import { z } from 'zod';
import { readPattern } from '../event-bridge/pattern.ts';
import type { AsynchronousInvocation, EventBus, LambdaFunction, Queue, Rule } from './model.ts';
import { attribute, parseProperties, type Resource } from './resource.ts';

/** A property that changes nothing for what runs on this machine. */
const harmless = z.unknown().optional();

const busSchema = z.strictObject({ Name: z.string(), Description: harmless, Tags: harmless });

/** The default bus, which every account has, and those of the template. */
export function readBuses(
  resources: readonly Resource[],
  { region, account }: { region: string; account: string },
): EventBus[] {
  const own = resources.map((resource) => {
    const { Name } = parseProperties(busSchema, resource);
    return { name: Name, arn: attribute(resource, 'Arn') };
  });
  return [{ name: 'default', arn: `arn:aws:events:${region}:${account}:event-bus/default` }, ...own];
}

const ruleSchema = z.strictObject({
  Name: z.string().optional(),
  EventBusName: z.string().default('default'),
  ScheduleExpression: z
    .string()
    .regex(/^rate\([1-9]\d* (minute|hour|day)s?\)$/, 'only rate(…) is known to the local runtime')
    .optional(),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  State: z.literal('ENABLED').default('ENABLED'),
  Targets: z.array(
    z.strictObject({
      Id: harmless,
      Arn: z.string(),
      // How long EventBridge tries to hand an event over. Here that succeeds or is refused at once.
      RetryPolicy: z
        .strictObject({
          MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).optional(),
          MaximumRetryAttempts: z.number().int().min(0).max(185).optional(),
        })
        .optional(),
      DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
    }),
  ),
  Description: harmless,
  Tags: harmless,
});

const seconds: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** What rules and asynchronous invocations may point at. */
interface Known {
  readonly functions: readonly LambdaFunction[];
  readonly queues: readonly Queue[];
  readonly buses: readonly EventBus[];
}

/** A rule that calls functions, at a rate or for events; whether it may is up to their resource policies. */
export function readRule(resource: Resource, { functions, queues, buses }: Known): Rule {
  const { EventBusName, ScheduleExpression, EventPattern, Targets } = parseProperties(ruleSchema, resource);
  const problem = (message: string) => new Error(`${resource.where}: ${message}.`);
  if ((ScheduleExpression === undefined) === (EventPattern === undefined)) {
    throw problem('either ScheduleExpression or EventPattern is known to the local runtime, not both');
  }
  const bus = buses.find(({ name, arn }) => name === EventBusName || arn === EventBusName);
  if (!bus) throw problem(`EventBusName: ${EventBusName} is no bus of the template`);
  for (const [index, { Arn, DeadLetterConfig }] of Targets.entries()) {
    if (!functions.some(({ arn }) => arn === Arn)) {
      throw problem(`Targets.${index}.Arn: ${Arn} is no function of the template`);
    }
    requireQueue(DeadLetterConfig?.Arn, queues, problem, `Targets.${index}.DeadLetterConfig.Arn`);
  }
  if (EventPattern !== undefined) {
    try {
      readPattern(EventPattern);
    } catch (error) {
      throw problem(`EventPattern: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const [, count = '', unit = ''] = /(\d+) (minute|hour|day)/.exec(ScheduleExpression ?? '') ?? [];
  return {
    name: resource.identity().ref.replace(/^.*\|/, ''),
    arn: attribute(resource, 'Arn'),
    busName: bus.name,
    everySeconds: ScheduleExpression === undefined ? undefined : Number(count) * (seconds[unit] ?? 0),
    pattern: EventPattern,
    targets: Targets.map(({ Arn, DeadLetterConfig }) => ({ arn: Arn, deadLetterArn: DeadLetterConfig?.Arn })),
  };
}

const invocationSchema = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.literal('$LATEST'),
  MaximumRetryAttempts: z.number().int().min(0).max(2).default(2),
  MaximumEventAgeInSeconds: z.number().int().min(60).max(21_600).default(21_600),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: z.string() }).optional() })
    .optional(),
});

/** How Lambda deals with what a function was handed to do later. */
export function readAsynchronousInvocation(
  resource: Resource,
  { functions, queues }: Pick<Known, 'functions' | 'queues'>,
): AsynchronousInvocation {
  const config = parseProperties(invocationSchema, resource);
  const problem = (message: string) => new Error(`${resource.where}: ${message}.`);
  const fn = functions.find(({ arn, name }) => arn === config.FunctionName || name === config.FunctionName);
  if (!fn) throw problem(`FunctionName: ${config.FunctionName} is no function of the template`);
  const onFailureArn = config.DestinationConfig?.OnFailure?.Destination;
  requireQueue(onFailureArn, queues, problem, 'DestinationConfig.OnFailure.Destination');
  return {
    functionArn: fn.arn,
    retries: config.MaximumRetryAttempts,
    maxAgeSeconds: config.MaximumEventAgeInSeconds,
    onFailureArn,
  };
}

function requireQueue(
  wanted: string | undefined,
  queues: readonly Queue[],
  problem: (message: string) => Error,
  field: string,
): void {
  if (wanted === undefined || queues.some(({ arn }) => arn === wanted)) return;
  throw problem(`${field}: ${wanted} is no queue of the template`);
}
