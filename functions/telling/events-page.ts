import * as z from 'zod';
import { eventTypes } from '../shared/event-types.ts';
import { sessionTurnedSchema } from './session-turned.ts';

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
} as const satisfies z.input<typeof sessionTurnedSchema>;

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
  const schema: FieldSchema = Object(z.toJSONSchema(sessionTurnedSchema, { io: 'input' }));
  const rows = fieldsOf(schema).map(([name, field]) => {
    const always = schema.required?.includes(name) ? 'always' : 'sometimes';
    return `| ${code(name)} | ${typeOf(field)} | ${always} | ${field.description ?? ''} |`;
  });
  return `${[
    '# Events',
    '',
    '<!-- Made by `npm run events` from functions/telling/session-turned.ts: change that, not this page. -->',
    '',
    'Each turn of a session is one event on the default bus of the account, in the region of the stage: when it is',
    'made, and whenever it comes to stand somewhere else. A rule of yours picks them by `source` and `detail-type`:',
    '',
    '```json',
    JSON.stringify({ source: ['chirpsmith.prod'], 'detail-type': [eventTypes.sessionTurned] }, undefined, 2),
    '```',
    '',
    'The record is the truth, and the event only tells of it: a run or a request never fails because its event was',
    'not taken. It is then in the log and in the metric `EventsLost`. EventBridge may bring an event late, twice or',
    'after a later one: go by `recordVersion`.',
    '',
    `## ${eventTypes.sessionTurned}`,
    '',
    '| field | value | there | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
    '```json',
    JSON.stringify(sessionTurnedSchema.parse(sample), undefined, 2),
    '```',
    '',
    `## ${eventTypes.manifestRefused}`,
    '',
    'A manifest in the inbox cannot be used: `schema`, `bucket`, and the fields of the report that lies beside it',
    '([inbox.md](inbox.md)).',
  ].join('\n')}\n`;
}
