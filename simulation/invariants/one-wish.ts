import { subject } from '../harness/routes.ts';
import type { World } from '../harness/world.ts';

/** However often a request, a file or an event is repeated: one wish is one session. */
export async function oneWishIsOneSession({ records, past }: World): Promise<string[]> {
  const { sessions } = await records.list(subject, { limit: 50 });
  const own = sessions.filter(({ sessionId }) => !past.has(sessionId));
  return own.length > 1 ? [`${own.length} sessions came of one wish`] : [];
}
