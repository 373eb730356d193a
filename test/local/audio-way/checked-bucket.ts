import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { asPerson, type Bucket, bucketBehindFront, openWay } from './bucket-behind-front.ts';

/** A bucket for the tests of a file, and the check of it; each test begins without faults. */
export function checkedBucket() {
  let bucket: Bucket;
  const place = () => bucket;
  beforeAll(async () => {
    bucket = await bucketBehindFront();
  });
  beforeEach(() => {
    asPerson(bucket.endpoint);
    bucket.faults(() => undefined);
    bucket.behind.denied.clear();
    bucket.seen.length = 0;
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => bucket.stop());

  /** What the check says: `where: message`, or nothing. */
  async function said(options: Parameters<typeof openWay>[2] = {}, on = bucket): Promise<string | undefined> {
    const way = await openWay(on, {}, options);
    const problem = await way.check(new AbortController().signal);
    await way.close();
    if (!problem) return undefined;
    expect(problem.problems).toHaveLength(1);
    return problem.problems.map(({ where, message }) => `${where}: ${message}`).join('\n');
  }
  return { place, said };
}
