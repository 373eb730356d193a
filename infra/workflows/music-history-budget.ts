import { nextWait } from '../../functions/shared/schedule.ts';
import type { Settings } from '../../functions/shared/settings.ts';
import { state as checkMusic } from '../../functions/workflow/check-music/state.ts';
import { state as copyAudio } from '../../functions/workflow/copy-audio/state.ts';
import { state as recordFailure } from '../../functions/workflow/record-failure/state.ts';
import { state as requestMusic } from '../../functions/workflow/request-music/state.ts';
import { mostEvents, plainEvents, taskEvents } from './history-budget.ts';
import { repetitionsOf } from './retry-policies.ts';

export type MusicRepetitions = Readonly<
  Record<'requestMusic' | 'checkMusic' | 'copyAudio' | 'recordFailure', number>
>;

/** How often `generate-music` may repeat each kind of task when every attempt fails. */
export const musicRepetitions: MusicRepetitions = {
  requestMusic: repetitionsOf(requestMusic),
  checkMusic: repetitionsOf(checkMusic),
  copyAudio: repetitionsOf(copyAudio),
  recordFailure: repetitionsOf(recordFailure),
};

/** The execution's start and end, `Begin`, and the end that says how it went. */
const frame = 6;

/** Most events that `generate-music` can come to under these settings, for every behaviour of the provider and of AWS. */
export function worstMusic(settings: Settings, repeated: MusicRepetitions = musicRepetitions): number {
  const failure = taskEvents(repeated.recordFailure);
  return frame + worstRequest(settings, repeated) + worstKeeping(settings, repeated) + failure;
}

/** Most events of the call and its checks: throttled or cut off as often as it may be called. */
export function worstRequest(
  { schedules, limits }: Settings,
  repeated: MusicRepetitions = musicRepetitions,
): number {
  return mostEvents({
    schedule: schedules.music,
    settle: schedules.settle,
    // When the call is cut off, the way leads over `Answer lost`.
    submit: taskEvents(repeated.requestMusic) + plainEvents,
    check: taskEvents(repeated.checkMusic),
    submissions: 1,
    refusals: limits.createCalls,
  });
}

/** Most events of copying the audio: by its schedule until the deadline, never with success. */
export function worstKeeping(
  { schedules: { audio } }: Settings,
  repeated: MusicRepetitions = musicRepetitions,
): number {
  let rounds = 1;
  for (let waited = 0; waited < audio.deadline; waited += nextWait(audio, waited)) rounds++;
  return rounds * (taskEvents(repeated.copyAudio) + 2 * plainEvents);
}

/** Seconds after which the machine itself gives up: twice what its loops come to, an hour for repeated tasks. */
export function longestMusic({ schedules }: Settings): number {
  return 2 * (schedules.music.deadline + schedules.audio.deadline) + 3600;
}
