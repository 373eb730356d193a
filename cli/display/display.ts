import type { CliEvent, UploadProgress } from '../events.ts';
import { jsonLines } from './json-lines.ts';
import { plainLines } from './plain-lines.ts';
import { terminal } from './terminal.ts';

/** Where events become something to see. */
export interface Display {
  tell(event: CliEvent): void;
  progress(progress: UploadProgress): void;
  /** Gives the terminal back as it was; may be called more than once. */
  close(): void;
}

/** A stream that may be a terminal. */
export interface Output {
  write(text: string): boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Bars and colours only where somebody looks at a terminal that can do both. */
export function createDisplay(options: {
  json: boolean;
  stdout: Output & NodeJS.WritableStream;
  stderr: Output;
  env: NodeJS.ProcessEnv;
}): Display {
  const { json, stdout, stderr, env } = options;
  if (json) return jsonLines({ stdout, stderr });
  if (!isCapable(stdout, env)) return plainLines({ stdout, stderr });
  return terminal({ stdout, colours: hasColours(stdout, env) });
}

function isCapable(stdout: Output, env: NodeJS.ProcessEnv): boolean {
  return stdout.isTTY === true && env.TERM !== 'dumb';
}

/** https://no-color.org: set and not empty means no colours, whatever its value. */
export function hasColours(stdout: Output, env: NodeJS.ProcessEnv): boolean {
  return isCapable(stdout, env) && !env.NO_COLOR;
}
