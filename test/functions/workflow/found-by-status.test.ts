import { describe, expect, it } from 'vitest';
import type { Create } from '../../../functions/domain/session.ts';
import { foundByStatus } from '../../../functions/workflow/check-training/found-by-status.ts';

type Fence = Create['fence'];
const modelId = 'chirp-custom:0a1b2c3d-0000-4000-8000-000000000001';

/** A create that was lost, after others of these fences; each call has the name of its turn. */
const lostAfter = (...fences: Fence[]): Create => ({
  ...{ fence: 'unknown', callId: 'latest', calls: fences.length + 1, checks: 7, againIn: 2 },
  earlier: fences.map((fence, index) => ({ fence, callId: `call ${index + 1}` })),
});

/** The call that is followed, and those that stay as they were. */
const followed = (create: Create, status: string, id?: string) => {
  const found = foundByStatus(create, { status, ...(id && { modelId: id }) }, 'p-1');
  return (
    found && [found.callId, found.fence, found.earlier.map(({ callId, fence }) => `${callId}: ${fence}`)]
  );
};

describe('the status of a session, after the answer to its only create was lost', () => {
  it.each(['queued', 'running', 'stream', 'success', 'failed', 'timeout'])('"%s" finds it', (status) => {
    expect(followed(lostAfter(), status)).toEqual(['latest', 'submitted', []]);
  });

  it.each(['ready', 'awaiting', 'a-new-word'])('"%s" settles nothing', (status) => {
    expect(followed(lostAfter(), status)).toBeUndefined();
  });
});

describe('the status of a session, after the answer to a further create was lost', () => {
  it.each(['failed', 'timeout', 'ready'])('"%s" settles nothing', (status) => {
    for (const fence of ['unknown', 'submitted', 'failed'] as const) {
      expect(followed(lostAfter(fence), status)).toBeUndefined();
    }
  });

  it.each(['queued', 'running', 'success'])('"%s" finds one of those in doubt', (status) => {
    expect(followed(lostAfter('unknown'), status)).toEqual(['latest', 'submitted', ['call 1: unknown']]);
  });

  it.each(['queued', 'running', 'stream'])('"%s" cannot be of one that has failed', (status) => {
    expect(followed(lostAfter('failed'), status)).toEqual(['latest', 'submitted', ['call 1: failed']]);
  });

  it.each(['queued', 'running', 'stream'])(
    '"%s" is of the earlier one that has not ended: that is followed, and the lost one stays in doubt',
    (status) => {
      expect(followed(lostAfter('unknown', 'submitted'), status)).toEqual([
        ...['call 2', 'submitted'],
        ['call 1: unknown', 'latest: unknown'],
      ]);
    },
  );

  it.each(['submitted', 'failed'] as const)(
    'a success without a model may be of an earlier one that is %s, and settles nothing',
    (fence) => expect(followed(lostAfter(fence), 'success')).toBeUndefined(),
  );

  it.each(['submitted', 'failed'] as const)(
    'a model may be of an earlier one that is %s: it is taken, and the lost one stays in doubt',
    (fence) => {
      expect(followed(lostAfter(fence), 'success', modelId)).toEqual([
        ...['call 1', 'submitted'],
        ['latest: unknown'],
      ]);
    },
  );

  it('keeps what is counted of all calls', () => {
    expect(foundByStatus(lostAfter('submitted'), { status: 'running' }, 'p-1')).toMatchObject({
      ...{ taskId: 'p-1', calls: 2, checks: 7, againIn: 2 },
    });
  });
});
