import { beforeAll, describe, expect, it } from 'vitest';
import { mostSeen } from '../../../functions/domain/durations.ts';
import { openTable, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const origin = (host: string) => ({ host, dialect: 'mountsea', stage: 'test' }) as const;
const later = (days: number) => new Date(Date.parse(testMoment) + 86_400_000 * days).toISOString();

describe('the record of durations', () => {
  it('is kept by provider, kind and day, oldest day first', async () => {
    const here = origin('kept.example');
    await table.store.addDurations(here, 'upload', [21, [20, 30]], later(1));
    await table.store.addDurations(here, 'upload', [22], later(0));
    await table.store.addDurations(here, 'training', [140], later(1));
    await table.store.addDurations(here, 'upload', [23], later(1));
    await table.store.addDurations(here, 'upload', [], later(2));
    expect(await table.store.recentDurations(here, later(2))).toEqual({
      upload: [
        { day: later(0).slice(0, 10), seen: [22] },
        { day: later(1).slice(0, 10), seen: [21, [20, 30], 23] },
      ],
      training: [{ day: later(1).slice(0, 10), seen: [140] }],
    });
    expect(await table.store.recentDurations(origin('other.example'), later(2))).toEqual({
      ...{ upload: [], training: [] },
    });
  });

  it('holds the youngest of a day, and is forgotten after two weeks', async () => {
    const here = origin('many.example');
    for (const from of [0, 50]) {
      const seen = Array.from({ length: 50 }, (_, index) => from + index + 1);
      await table.store.addDurations(here, 'upload', seen, testMoment);
    }
    const { upload } = await table.store.recentDurations(here, later(13));
    expect(upload[0]?.seen).toHaveLength(mostSeen);
    expect(upload[0]?.seen.at(-1)).toBe(100);
    expect((await table.store.recentDurations(here, later(14))).upload).toEqual([]);
  });

  it('takes what sessions add at the same moment', async () => {
    const here = origin('together.example');
    await Promise.all(
      [1, 2, 3].map((seconds) => table.store.addDurations(here, 'training', [seconds], testMoment)),
    );
    const { training } = await table.store.recentDurations(here, testMoment);
    expect([...(training[0]?.seen ?? [])].sort()).toEqual([1, 2, 3]);
  });
});
