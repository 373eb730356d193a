import type { Settings } from '../../functions/shared/settings.ts';
import {
  historyQuota,
  mostSlices,
  slicesOfLongest,
  worstBatch,
  worstFile,
  worstHistory,
  worstSlice,
} from './history-budget.ts';
import { worstMusic } from './music-history-budget.ts';

/** What is an execution with a history of its own, the most events that it can come to, and what lowers them. */
const executions: readonly {
  readonly what: string;
  readonly worst: (settings: Settings) => number;
  readonly lower: string;
  readonly schedules: string;
}[] = [
  {
    what: 'a training',
    worst: worstHistory,
    lower:
      'settings.limits.prepareCalls, settings.limits.createCalls or settings.schedules.training.deadline',
    schedules: 'settings.schedules.training and settings.schedules.settle',
  },
  // The tracks of a training are spread over as many executions as it takes; one file of a batch has one as well.
  {
    what: 'the upload of one file',
    worst: (settings) => Math.max(worstSlice(settings, 1), worstFile(settings)),
    lower: 'settings.limits.uploadAttempts or settings.schedules.upload.deadline',
    schedules: 'settings.schedules.upload',
  },
  {
    what: 'a batch',
    worst: worstBatch,
    lower: 'settings.limits.prepareCalls or settings.schedules.settle.deadline',
    schedules: 'settings.schedules.settle',
  },
  {
    what: 'a piece of music',
    worst: worstMusic,
    lower:
      'settings.limits.createCalls, settings.schedules.music.deadline or settings.schedules.audio.deadline',
    schedules: 'settings.schedules.music and settings.schedules.audio',
  },
];

/**
 * Refuses settings under which an execution could be ended by the service in the middle of paid work.
 * @throws Error naming the settings to lower
 */
export function requireBoundedHistory(settings: Settings): void {
  for (const { what, worst, lower, schedules } of executions) {
    const events = worst(settings);
    if (events < historyQuota) continue;
    throw new Error(
      `settings: ${what} could reach ${events} events, and Step Functions ends it at ${historyQuota}. ` +
        `Lower ${lower}, or check less often (${schedules}).`,
    );
  }
  const slices = slicesOfLongest(settings);
  if (slices <= mostSlices) return;
  throw new Error(
    `settings: ${settings.limits.maxTracks} tracks would take ${slices} executions of their own, and a training keeps the ends of ` +
      `at most ${mostSlices}. Lower settings.limits.maxTracks, settings.limits.uploadAttempts or settings.schedules.upload.deadline, ` +
      'or check less often (settings.schedules.upload).',
  );
}
