import type { Settings } from '../../functions/shared/settings.ts';
import { historyQuota, worstBatch, worstHistory } from './history-budget.ts';
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
    lower: 'settings.limits.maxTracks, settings.limits.uploadAttempts or settings.schedules.upload.deadline',
    schedules: 'settings.schedules',
  },
  // The execution of one file of a batch has less than a training: the same loop once, not six times and more.
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
}
