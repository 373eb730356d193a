import { z } from 'zod';
import type { Schedule } from '../assembly.ts';
import { attribute, parseProperties, type Resource } from './resource.ts';

/** A property that changes nothing for what runs on this machine. */
const harmless = z.unknown().optional();

const ruleSchema = z.strictObject({
  Name: z.string().optional(),
  ScheduleExpression: z
    .string()
    .regex(/^rate\([1-9]\d* (minute|hour|day)s?\)$/, 'only rate(…) is known to the local runtime'),
  State: z.literal('ENABLED').default('ENABLED'),
  Targets: z.array(
    z.strictObject({
      Id: harmless,
      Arn: z.string(),
      // Nothing is lost on the way here, so nothing is delivered again.
      RetryPolicy: harmless,
    }),
  ),
  Description: harmless,
  Tags: harmless,
});

const seconds: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** A rule that calls functions at a rate; whether it may is up to their resource policies. */
export function readSchedule(resource: Resource): Schedule {
  const rule = parseProperties(ruleSchema, resource);
  const [, count = '', unit = ''] = /(\d+) (minute|hour|day)/.exec(rule.ScheduleExpression) ?? [];
  return {
    name: resource.identity().ref,
    arn: attribute(resource, 'Arn'),
    everySeconds: Number(count) * (seconds[unit] ?? 0),
    functionArns: rule.Targets.map(({ Arn }) => Arn),
  };
}
