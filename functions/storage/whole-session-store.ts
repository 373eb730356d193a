import type { WholeSessionStore } from '../domain/session-records.ts';
import { createSessionLists } from './session-lists.ts';
import { createSessionRemoval } from './session-removal.ts';
import { createSessionStore } from './session-store.ts';

/** All that is done with sessions' records, where nothing is bundled: functions name the parts that they use. */
export const createWholeSessionStore = (
  options: Parameters<typeof createSessionStore>[0],
): WholeSessionStore => ({
  ...createSessionStore(options),
  ...createSessionLists(options),
  ...createSessionRemoval(options),
});
