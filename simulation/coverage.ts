import type { SessionAnswer } from '../functions/api/contract/session.ts';
import type { Person } from './harness/person.ts';

/** The session as its owner sees it now. */
export async function seen(person: Person): Promise<SessionAnswer> {
  const look = await person.look();
  if ('error' in look) throw new Error(`The session cannot be seen: ${look.error}: ${look.reason}`);
  return look.answer;
}
