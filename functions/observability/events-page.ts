import * as z from 'zod';
import { eventTypes } from '../shared/event-types.ts';
import { sessionStatusChangedSchema } from './session-status-event.ts';

const sample = {
  schema: 1,
  sessionId: '3f0c9a52-6d1e-4b7a-9a35-0c5f2e8d7b41',
  kind: 'train',
  name: 'Night Drive',
  owner: '8d1f4c3e-2b7a-4f60-b1c9-5e0a7d9f2c16',
  startedBy: 'api',
  status: 'needs-decision',
  before: 'creating',
  at: '2026-11-21T03:00:12.345Z',
  recordVersion: 9,
  execution: '3f0c9a52-6d1e-4b7a-9a35-0c5f2e8d7b41-1',
  failure: {
    error: 'NeedsDecision',
    reason: 'The answer to create was lost: it may have been paid.',
  },
} as const satisfies z.input<typeof sessionStatusChangedSchema>;

interface FieldSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

const code = (text: unknown) => `\`${text}\``;

function typeOf({ type, const: only, enum: values, format, properties }: FieldSchema): string {
  if (only !== undefined) return code(only);
  if (properties)
    return `object: ${fieldsOf({ properties })
      .map(([name, it]) => `${code(name)} ${typeOf(it)}`)
      .join(', ')}`;
  // The names of errors are a page of their own.
  if (values) return values.length > 15 ? 'string' : values.map(code).join(', ');
  return format === 'date-time' ? 'moment (ISO 8601, UTC)' : (type ?? 'anything');
}

const fieldsOf = ({ properties = {} }: FieldSchema) => Object.entries(properties);

/** `docs/events.md`, made from the schema of the detail. */
export function eventsPage(): string {
  const schema: FieldSchema = Object(z.toJSONSchema(sessionStatusChangedSchema, { io: 'input' }));
  const rows = fieldsOf(schema).map(([name, field]) => {
    const always = schema.required?.includes(name) ? 'always' : 'sometimes';
    return `| ${code(name)} | ${typeOf(field)} | ${always} | ${field.description ?? ''} |`;
  });
  return `${[
    '# Events',
    '',
    '<!-- Made by `npm run events` from functions/observability/session-status-event.ts: change that, not this page. -->',
    '',
    'Each turn of a session is one event on the default bus of the account, in the region of the stage: when it is',
    'created, and whenever its status changes. A rule of yours picks them by `source` and `detail-type`:',
    '',
    '```json',
    JSON.stringify(
      { source: ['chirpsmith.prod'], 'detail-type': [eventTypes.sessionStatusChanged] },
      undefined,
      2,
    ),
    '```',
    '',
    'The record is the truth, and the event only tells of it: a run or a request never fails because its event was',
    'not taken. It is then in the log and in the metric `EventsLost`. EventBridge may bring an event late, twice or',
    'after a later one: go by `recordVersion`.',
    '',
    `## ${eventTypes.sessionStatusChanged}`,
    '',
    '| field | value | there | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
    '```json',
    JSON.stringify(sessionStatusChangedSchema.parse(sample), undefined, 2),
    '```',
    '',
    `## ${eventTypes.manifestRejected}`,
    '',
    'A manifest in the inbox cannot be used: `schema`, `bucket`, and the fields of the report that lies beside it',
    '([inbox.md](inbox.md)).',
    '',
    '## Mail',
    '',
    'With `alarmEmail` in the configuration (`-c alarmEmail=…` or `CHIRPSMITH_ALARM_EMAIL`) every alarm is mailed there,',
    'and each session that comes to need a decision, by its id. AWS first asks the address whether it wants that.',
    'Stage local sends nothing.',
    '',
    '## Webhook',
    '',
    'With `webhookUrl` (`-c webhookUrl=https://…` or `CHIRPSMITH_WEBHOOK_URL`) every event of the stage is sent there by',
    '`POST`, as JSON with `id`, `type`, `source`, `time` and `detail`. Stage local sends nothing. The header',
    '`chirpsmith-signature: t=<epoch seconds>,v1=<hex>` holds the HMAC-SHA256 of `<t>.<body>`, by the secret that the',
    'stack makes: its ARN is an output. Before the body is parsed, check it, and that `t` is not older than five minutes:',
    '',
    '```js',
    "import { createHmac, timingSafeEqual } from 'node:crypto';",
    '',
    'function isOurs(header, body, secret) {',
    '  const [, t, v1] = /^t=(\\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];',
    '  if (!t || Math.abs(Date.now() / 1000 - Number(t)) > 300) return false;',
    "  const expected = createHmac('sha256', secret).update(t + '.' + body).digest();",
    "  return timingSafeEqual(expected, Buffer.from(v1, 'hex'));",
    '}',
    '```',
    '',
    'Any 2xx within 10 s takes the event. After any other answer it is sent again after one minute and after two',
    'more; then it lies in the queue `chirpsmith-<stage>-webhook-dead-letters` for two weeks, and an alarm says so. The',
    '`id` is the same each time: a receiver that has seen it answers 2xx and does nothing.',
    '',
    'This was run on one machine (`test/integration/webhook.test.ts`): the rule, function, secret, roles and queue of the',
    'template, a session of music, and an https receiver with a certificate of its own that checks by the lines above; one',
    'that answers 500 first, and one that never answers well. The waits are the documented ones, on a clock that jumps. Not',
    'run: EventBridge and Lambda in AWS, and a certificate of a public authority.',
  ].join('\n')}\n`;
}
