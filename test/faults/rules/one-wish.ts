import { isOn } from '../plans/switches.ts';
import { subject } from '../rig/person.ts';
import type { World } from '../rig/world.ts';

/** However often a request, a file or an event is repeated: one wish is one session. */
export async function oneWishIsOneSession({ records, past }: World): Promise<string[]> {
  const { sessions } = await records.list(subject, { limit: 50 });
  const own = sessions.filter(
    // Who makes a request again without a key may leave a session behind that nobody starts.
    ({ sessionId, runs }) => !past.has(sessionId) && (runs > 0 || isOn('repeated requests')),
  );
  return own.length > 1 ? [`${own.length} sessions came of one wish`] : [];
}
