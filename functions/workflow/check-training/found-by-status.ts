import type { Create } from '../../domain/session.ts';
import type { TaskStatus } from '../../provider/provider.ts';

/** A training that is under way. A prepared session is `READY` until create is taken (documented). */
const underWay = new Set(['queued', 'running', 'stream']);

/** A training that has ended. */
const over = new Set(['success', 'failed', 'timeout']);

/**
 * The record once the session's status has shown a training, where the answer to the latest create was lost.
 *
 * All trainings of a session have one id, so the status may be that of an earlier create. Where an earlier one that was
 * surely taken accounts for it, that one is followed, and the latest stays in doubt.
 * @param answer the session's status
 * @param taskId of the training, the id of the session
 * @returns undefined while the status settles nothing
 */
export function foundByStatus(
  create: Create,
  { status, modelId }: Pick<TaskStatus<'training'>, 'status' | 'modelId'>,
  taskId: string,
): Create | undefined {
  const { calls, checks, earlier, againIn, notTaken: _words, ...latest } = create;
  const taken = { ...create, fence: 'submitted', taskId } as const;
  if (earlier.length === 0) return underWay.has(status) || over.has(status) ? taken : undefined;
  const isAlive = underWay.has(status);
  // A failure may be an earlier one's: nothing more will come of it, so there is nothing to follow.
  if (!isAlive && status !== 'success') return undefined;
  const mayBeOf = (it: Create['earlier'][number]) =>
    it.fence === 'submitted' || (it.fence === 'failed' && !isAlive);
  const index = earlier.findLastIndex(mayBeOf);
  const known = earlier[index];
  // Of several that are all in doubt, one was taken: which, makes no difference.
  if (known === undefined) return taken;
  if (!isAlive && modelId === undefined) return undefined;
  const others = [...earlier.toSpliced(index, 1), latest];
  return { ...known, fence: 'submitted', taskId, calls, checks, againIn, earlier: others };
}
