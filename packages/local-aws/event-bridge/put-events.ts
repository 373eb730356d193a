import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Assembly } from '../assembly.ts';
import type { ServiceHandler } from '../aws-endpoint.ts';
import { AwsError } from '../aws-error.ts';
import type { Access } from '../iam.ts';
import type { BusEvent } from './pattern.ts';

/** Bytes of all entries together (documented: 256 KB). */
const largestRequest = 256 * 1024;

const inputSchema = z.strictObject({
  Entries: z
    .array(
      z.strictObject({
        Source: z.string().min(1),
        DetailType: z.string().min(1).max(128),
        Detail: z.string(),
        EventBusName: z.string().default('default'),
        /** Epoch seconds. */
        Time: z.number().optional(),
        Resources: z.array(z.string()).default([]),
      }),
    )
    .min(1)
    .max(10),
});

type Entry = z.infer<typeof inputSchema>['Entries'][number];

export interface PutEventsOptions {
  readonly assembly: Pick<Assembly, 'buses' | 'region' | 'account'>;
  readonly access: Pick<Access, 'check'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Takes an event to the rules of a bus. */
  readonly publish: (event: BusEvent, busName: string) => void;
}

/** EventBridge's API, as far as the functions use it: PutEvents, on the default bus and those of the template. */
export function createPutEvents({ assembly, access, now, publish }: PutEventsOptions): ServiceHandler {
  const busOf = ({ EventBusName }: Entry) =>
    assembly.buses.find(({ name, arn }) => name === EventBusName || arn === EventBusName);

  const eventOf = ({ Source, DetailType, Detail, Time, Resources }: Entry): BusEvent | undefined => {
    const detail = z.record(z.string(), z.unknown()).safeParse(parseJson(Detail));
    if (!detail.success) return undefined;
    const { region, account } = assembly;
    const time = isoSeconds(Time === undefined ? now() : Time * 1000);
    const id = randomUUID();
    const about = { version: '0', id, 'detail-type': DetailType, source: Source } as const;
    return { ...about, account, time, region, resources: Resources, detail: detail.data };
  };

  return async (operation, body, { accessKeyId }) => {
    if (operation !== 'PutEvents') {
      throw new AwsError('UnknownOperationException', 400, `${operation} is not known to the local runtime.`);
    }
    const parsed = inputSchema.safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new AwsError('ValidationException', 400, `${issue?.path.join('.')}: ${issue?.message}`);
    }
    const entries = parsed.data.Entries;
    const arnOf = (name: string) =>
      name.startsWith('arn:')
        ? name
        : `arn:aws:events:${assembly.region}:${assembly.account}:event-bus/${name}`;
    // One entry that may not be put refuses the whole request: the keys have the values of all entries.
    for (const bus of new Set(entries.map(({ EventBusName }) => arnOf(EventBusName)))) {
      const there = entries.filter(({ EventBusName }) => arnOf(EventBusName) === bus);
      access.check(accessKeyId, 'events:PutEvents', bus, {
        'events:source': there.map(({ Source }) => Source),
        'events:detail-type': there.map(({ DetailType }) => DetailType),
      });
    }
    if (Buffer.byteLength(JSON.stringify(entries)) > largestRequest) {
      throw new AwsError(
        'ValidationException',
        400,
        `All entries together have at most ${largestRequest} bytes.`,
      );
    }
    const results = entries.map((entry) => {
      const bus = busOf(entry);
      if (!bus)
        return refused('ResourceNotFoundException', `Event bus ${entry.EventBusName} does not exist.`);
      // Only AWS itself may send events with a source of `aws.`.
      if (entry.Source.startsWith('aws.')) {
        return refused('NotAuthorizedForSourceException', `Not authorized for the source ${entry.Source}.`);
      }
      const event = eventOf(entry);
      if (!event) return refused('MalformedDetail', 'Detail is malformed.');
      publish(event, bus.name);
      return { EventId: event.id };
    });
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  };
}

const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

/** The time of an event: ISO, to the second. */
export const isoSeconds = (milliseconds: number) =>
  new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
