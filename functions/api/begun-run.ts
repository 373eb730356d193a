import { sessionAnswer } from './contract.ts';

/** Answer of every route that begins a run. */
export const begunRun = {
  status: 202,
  description: 'The session, with the run begun, or as it stands when there is nothing to begin.',
  schema: sessionAnswer,
  retryAfter: 1,
} as const;
