import { onTestFinished } from 'vitest';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { TrackAnswer } from '../../functions/api/contract/track.ts';
import { toReady } from './fake-sessions.ts';
import { startFakeStack } from './fake-stack.ts';
import { type Ended, events, temporaryFolder } from './run-command.ts';

/** Seven tracks with a clip each. */
export const tracks = Array.from(
  { length: 7 },
  (_, index): TrackAnswer => ({
    trackId: `00${index + 1}`,
    file: `${index + 1}.wav`,
    status: 'done',
    attempts: 1,
    clipId: `clip-${index + 1}`,
  }),
);

/** A stack with one session that stands so; a run of it is ready at the first look. */
export async function standing(
  answer: Partial<SessionAnswer>,
  options: Omit<Parameters<typeof startFakeStack>[0], 'home'> = {},
) {
  const home = await temporaryFolder();
  const fake = await startFakeStack({ home, steps: toReady.slice(-1), ...options });
  onTestFinished(() => fake.close());
  const { sessionId } = fake.add({ tracks, ...answer });
  const posts = () => fake.requests.filter((request) => !request.startsWith('GET'));
  return { home, fake, sessionId, posts };
}

/** The outcome: the last line of `--json`. */
export const last = (ended: Pick<Ended, 'stdout'>) => events(ended).at(-1);

/** The commands that the outcome offers. */
export function commandsOf(ended: Pick<Ended, 'stdout'>): unknown[] {
  const next = last(ended)?.next;
  return Array.isArray(next) ? next.map(({ command }) => command) : [];
}
