import { Logger } from '@aws-lambda-powertools/logger';
import { inOneLine, withinJson } from '../../packages/terminal/printable.ts';
import { environment } from '../shared/environment.ts';
import { type Measurement, metricLine } from './metrics.ts';

/** By what a line of log is found again: session, track, execution, state or route. */
export type Keys = Readonly<Record<string, string>>;

/** One for a function: an environment of Lambda works on one invocation at a time. */
export const logger = new Logger({
  serviceName: 'chirpsmith',
  jsonReplacerFn: (_key, value) => (typeof value === 'string' ? withinJson(value) : value),
});

let keys: Keys = {};

/** Begins the lines of an invocation: what follows is about this. */
export function beginLines(about: Keys): void {
  keys = about;
  logger.resetKeys();
  logger.appendKeys({ ...keys });
}

/** From here on the lines are about this, too: it was not known before. */
export function addToLines(about: Keys): void {
  keys = { ...keys, ...about };
  logger.appendKeys({ ...about });
}

/**
 * Emits a value with the keys of the invocation beside it, and more of them if the caller knows more. Written past the console, which Lambda would wrap into
 * a line of its own and hide it from CloudWatch.
 */
export function measure(measurement: Measurement, about: Keys = {}): void {
  const line = { stage: environment('STAGE'), at: Date.now(), about: { ...keys, ...about } };
  // biome-ignore lint/plugin: the line is CloudWatch's, and escaped
  process.stdout.write(`${inOneLine(metricLine(measurement, line))}\n`);
}
