import { trainingCredits, uploadCredits } from '../domain/credits.ts';
import { isRunning, type Session, type Track } from '../domain/session.ts';
import { callersErrors } from '../shared/errors.ts';
import type { Settings } from '../shared/settings.ts';
import type { Measurement } from './metrics.ts';

// The metrics are read off the records: what is counted is what was written down, whichever state wrote it.

type Prices = Settings['prices'];

/** What the provider does for us, and is asked about until it is done. */
type Task = 'upload' | 'training' | 'music';

/** The call behind a session's fence. A batch makes none. */
const taskOf = ({ kind }: Pick<Session, 'kind'>): Task => (kind === 'music' ? 'music' : 'training');

/**
 * What a change of a session's record counts for.
 * @param prices asked only when credits have moved
 */
export function sessionMeasurements(before: Session, after: Session, prices: () => Prices): Measurement[] {
  return [
    ...statusMeasurements(before, after),
    ...checksOf(taskOf(after), after.create.checks - before.create.checks),
    ...creditsOf(
      taskOf(after),
      before.create.fence === after.create.fence &&
        before.create.earlier.length === after.create.earlier.length
        ? 0
        : trainingCredits(after, prices()) - trainingCredits(before, prices()),
    ),
  ];
}

/** What a change of a track's record counts for. */
export function trackMeasurements(before: Track, after: Track, prices: () => Prices): Measurement[] {
  const ended = before.status === 'submitted' && after.status !== 'submitted';
  return [
    ...(ended ? checksOf('upload', after.calls - before.calls) : []),
    ...creditsOf(
      'upload',
      before.attempts === after.attempts
        ? 0
        : uploadCredits(after, prices()) - uploadCredits(before, prices()),
    ),
  ];
}

function statusMeasurements(before: Session, after: Session): Measurement[] {
  if (before.status === after.status) return [];
  const measurements: Measurement[] = [];
  const { kind } = after;
  if (isRunning(before)) {
    const since = Date.parse(before.statusSince ?? before.updatedAt);
    const value = Math.max(0, Date.parse(after.statusSince ?? after.updatedAt) - since) / 1000;
    measurements.push({ name: 'PhaseSeconds', value, dimensions: { kind, phase: before.status } });
  }
  if (!isRunning(after) && after.status !== 'open' && after.status !== 'deleting') {
    const error = after.failure === undefined ? {} : { error: after.failure.error };
    measurements.push({ name: 'Sessions', value: 1, dimensions: { kind, outcome: after.status, ...error } });
    const failed = after.status === 'failed' || after.status === 'needs-decision';
    if (failed && after.failure && !callersErrors.has(after.failure.error)) {
      measurements.push({ name: 'RunsFailed', value: 1 });
    }
  }
  return measurements;
}

const checksOf = (task: Task, value: number): Measurement[] =>
  value > 0 ? [{ name: 'Checks', value, dimensions: { task } }] : [];

const creditsOf = (task: Task, value: number): Measurement[] =>
  value === 0 ? [] : [{ name: 'CreditsSpent', value, dimensions: { task } }];
