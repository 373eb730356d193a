import { parseArgs } from 'node:util';

/** The first of the five ports that are taken when none is asked for. */
export const defaultPort = 4700;
/** The other ports follow the first. */
const highestPort = 65_535 - 4;

export interface StartArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly port: number;
  /** Undefined when it is left to the provider's kind. */
  readonly speed: number | undefined;
  readonly home: string | undefined;
  /** Seconds without a request and an execution, after which the stack ends. */
  readonly idleExit: number | undefined;
}

/** @throws TypeError with one line that names the flag */
export function parseStartArguments(args: readonly string[]): StartArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'boolean', default: false },
      port: { type: 'string', default: String(defaultPort) },
      speed: { type: 'string' },
      home: { type: 'string' },
      'idle-exit': { type: 'string' },
    },
  });
  const port = numberIn('--port', values.port, 0, highestPort);
  if (!Number.isInteger(port)) throw new TypeError(`--port: ${values.port} is not a whole number`);
  return {
    help: values.help,
    json: values.json,
    port,
    speed: values.speed === undefined ? undefined : numberIn('--speed', values.speed, 0.1, 10_000),
    home: values.home,
    idleExit:
      values['idle-exit'] === undefined
        ? undefined
        : numberIn('--idle-exit', values['idle-exit'], 1, 7 * 24 * 3600),
  };
}

/** @throws TypeError with one line that names the flag */
export function parseStopArguments(args: readonly string[]): { help: boolean; home: string | undefined } {
  const { values } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h', default: false }, home: { type: 'string' } },
  });
  return { help: values.help, home: values.home };
}

function numberIn(flag: string, text: string, least: number, most: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw new TypeError(`${flag}: ${text} is not a number from ${least} to ${most}`);
}
