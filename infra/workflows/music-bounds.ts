import type { Settings } from '../../functions/shared/settings.ts';
import { mostEvents, plainEvents, taskEvents } from './bounds.ts';
import { everyRound, oncePerRun, type RetryPolicy } from './retry-policies.ts';

const attempts = (policies: readonly RetryPolicy[]) =>
  policies.reduce((sum, { maxAttempts }) => sum + maxAttempts, 0);

/** The execution's start and end, `Begin`, and the end that says how it went. */
const frame = 6;

/** Most events that `generate-music` can come to under these settings, whatever the provider and AWS do. */
export function worstMusic({ schedules, limits }: Settings): number {
  const round = taskEvents(attempts(everyRound));
  const calls = mostEvents({
    schedule: schedules.music,
    settle: schedules.settle,
    // When the call is cut off, the way leads over `Answer lost`.
    submit: taskEvents(0) + plainEvents,
    check: round,
    submissions: 1,
    refusals: limits.createCalls,
  });
  const { audio } = schedules;
  const least = Math.min(audio.every, audio.later?.every ?? audio.every);
  const rounds = audio.checks.length + Math.ceil(audio.deadline / least) + 1;
  return frame + calls + rounds * (round + 2 * plainEvents) + taskEvents(attempts(oncePerRun));
}

/** Seconds after which the machine itself gives up: twice what its loops come to, an hour for repeated tasks. */
export function longestMusic({ schedules }: Settings): number {
  return 2 * (schedules.music.deadline + schedules.audio.deadline) + 3600;
}
