import type { Session } from './session.ts';

/** Failures of earlier runs that a record keeps: each may hold a long text of the provider's. */
const failuresKept = 10;

/** A failure that is removed or replaced stays in the record: it says why a run, perhaps a paid one, ended. */
export function keptFailures(
  { failure, earlierFailures = [] }: Session,
  changes: { readonly failure?: Session['failure'] },
): Pick<Session, 'earlierFailures'> {
  if (failure === undefined || !('failure' in changes)) return {};
  const { failure: next } = changes;
  if (next?.error === failure.error && next.reason === failure.reason) return {};
  return { earlierFailures: [...earlierFailures, failure].slice(-failuresKept) };
}
