import * as z from 'zod';
import { isInDoubt, isRunning, type Session } from '../../domain/session.ts';
import { sessionIdOf } from '../../domain/session-id.ts';
import type { Deps } from '../../runtime/spec.ts';
import type { ErrorName } from '../../shared/errors.ts';
import type { failureState } from '../../shared/state-contracts.ts';
import { readMachineError } from '../../shared/step-functions-error.ts';
import type { state } from './state.ts';

const withSession = z.object({ sessionId: z.string() });

/** What the machine's Fail state shows. */
export interface RecordedFailure {
  readonly error: ErrorName;
  readonly cause: string;
}

/**
 * `Record failure`: stores why a run ended, in the session's own record. While create is in doubt, no
 * failure may hide it: such a session needs a decision, even after another error. A session that another run is
 * at, or that a person has cancelled meanwhile, is none of this run's business.
 */
export async function recordFailure(
  { execution, input, error }: z.infer<typeof failureState>,
  { store, now }: Deps<typeof state>,
): Promise<RecordedFailure> {
  const named = withSession.safeParse(input);
  const sessionId = named.success ? named.data.sessionId : sessionIdOf(execution.Id);
  const { name, reason } = readMachineError(error);

  const found = await store.read(sessionId);
  // Input that could not be read has no session; the execution's own end says why.
  if (!found || !belongsTo(execution, found.session)) return { error: name, cause: reason };
  const recorded: ErrorName = isInDoubt(found.session) ? 'NeedsDecision' : name;
  await store.updateSession(found.session, {
    status: recorded === 'NeedsDecision' ? 'needs-decision' : 'failed',
    failure: { error: recorded, reason, at: now() },
  });
  return { error: recorded, cause: reason };
}

/** Is this execution the one that the record waits for? */
function belongsTo(execution: { Id: string }, session: Session): boolean {
  if (session.executionArn !== undefined) return session.executionArn === execution.Id && isRunning(session);
  // Written by this execution, which failed before it could say so.
  return session.sessionId === sessionIdOf(execution.Id);
}
