import type { Branch } from './branch.ts';
import type { WaitState } from './definition.ts';
import type { Evaluation } from './expression.ts';
import type { Json } from './json.ts';
import { type Path, readPath } from './path.ts';
import { EvaluationError } from './state-error.ts';
import { parseTimestamp } from './timestamp.ts';

/** Seconds that AWS waits at most: 2³¹ of them are too many. */
const longest = 2 ** 31 - 1;

/** Sleeps by the clock, until its time or for its seconds. @throws EvaluationError, or the signal's reason */
export async function wait(state: WaitState, data: Evaluation, { scope, signal }: Branch): Promise<void> {
  const milliseconds = 1000 * secondsOf(state, data) || untilTimestamp(state, data, scope.clock.now());
  if (milliseconds > longest * 1000) throw new EvaluationError('Wait state delay is too long.');
  await scope.clock.sleep(milliseconds, signal);
}

function secondsOf({ Seconds, SecondsPath }: WaitState, data: Evaluation): number {
  if (!SecondsPath) return Seconds ?? 0;
  const value = referenced('SecondsPath', SecondsPath, data);
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new EvaluationError(
      `The SecondsPath parameter cannot be parsed as a long value: ${SecondsPath.text} == ${print(value)}`,
    );
  }
  if (value < 0) {
    throw new EvaluationError(
      `The SecondsPath parameter references a negative value: ${SecondsPath.text} == ${value}`,
    );
  }
  return value;
}

/** Milliseconds until then; none when it is past. */
function untilTimestamp({ Timestamp, TimestampPath }: WaitState, data: Evaluation, now: number): number {
  const text = TimestampPath ? referenced('TimestampPath', TimestampPath, data) : Timestamp;
  if (text === undefined) return 0;
  const moment = parseTimestamp(text);
  if (moment === undefined) {
    throw new EvaluationError(
      `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${TimestampPath?.text} == ${print(text)}`,
    );
  }
  return Math.max(0, Number(moment / 1_000_000n) - now);
}

function referenced(field: string, path: Path, data: Evaluation): Json {
  const found = readPath(path, data);
  if ('value' in found) return found.value;
  throw new EvaluationError(`The ${field} parameter does not reference an input value: ${path.text}`);
}

function print(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
