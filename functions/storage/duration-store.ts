import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  type DayOfDurations,
  type DurationStore,
  daysKept,
  mostSeen,
  seenSchema,
} from '../domain/durations.ts';
import { originKey, type ProviderOrigin } from '../domain/provider-origin.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import type { LearnedKind } from '../shared/schedule.ts';
import { allUnder, createDynamoTable } from './dynamo-table.ts';

const itemSchema = z.object({
  sk: z.string(),
  version: z.number(),
  lengths: seenSchema,
  /** Epoch seconds. */
  expiresAt: z.number(),
});

/** Writes of others that one may come after, before it is given up. */
const attempts = 4;

const day = 86_400;
const secondsOf = (now: string) => Math.floor(Date.parse(now) / 1000);
const partition = (origin: ProviderOrigin | undefined) => `DURATIONS#${originKey(origin)}`;

/** Another write came first, or the table is away for a moment. */
const isPassing = (error: unknown): boolean =>
  error instanceof ChirpsmithError && /^(RecordConflict|StorageUnavailable)$/.test(error.name);

export function createDurationStore(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): DurationStore {
  const table = createDynamoTable(options);

  async function add(key: { pk: string; sk: string }, seen: DayOfDurations['seen'], now: string) {
    const item = await table.get(key);
    const expiresAt = secondsOf(now) + daysKept * day;
    if (item === undefined)
      return table.put({ ...key, version: 1, lengths: seen.slice(-mostSeen), expiresAt });
    const found = itemSchema.safeParse(item).data;
    if (found === undefined) return;
    await table.update(key, found.version, {
      lengths: [...found.lengths, ...seen].slice(-mostSeen),
      expiresAt,
    });
  }

  return {
    async addDurations(origin, kind, seen, now) {
      if (seen.length === 0) return;
      const key = { pk: partition(origin), sk: `${now.slice(0, 10)}#${kind}` };
      for (let attempt = 1; attempt <= attempts; attempt++) {
        try {
          return await add(key, seen, now);
        } catch (error) {
          if (!isPassing(error)) throw error;
        }
      }
    },

    async recentDurations(origin, now) {
      const days: Record<LearnedKind, DayOfDurations[]> = { upload: [], training: [] };
      for await (const page of table.pages(allUnder(partition(origin)))) {
        for (const item of page) {
          // What cannot be read is left out: a run does not fail for want of it.
          const found = itemSchema.safeParse(item).data;
          const [at = '', kind] = found?.sk.split('#') ?? [];
          if (found === undefined || found.expiresAt <= secondsOf(now)) continue;
          if (kind === 'upload' || kind === 'training') days[kind].push({ day: at, seen: found.lengths });
        }
      }
      return days;
    },
  };
}
