import { type ShownValue, withTextsEscaped } from '../../packages/terminal/printable.ts';
import { lineWriter } from '../../packages/terminal/standard-streams.ts';
import type { CliEvent, UploadProgress } from '../events.ts';
import { jsonLines } from './json-lines.ts';
import { plainLines } from './plain-lines.ts';
import { terminal } from './terminal.ts';

/** Where events become something to see. */
export interface Display {
  emit(event: CliEvent): void;
  progress(progress: UploadProgress): void;
  /** Gives the terminal back as it was; may be called more than once. */
  close(): void;
}

/** An event whose texts are escaped, all of them: file names, the provider's words, addresses, names of models. */
export type ShownEvent = ShownValue<CliEvent>;

/** Puts events into words; it gets them escaped. */
export interface Renderer extends Omit<Display, 'emit'> {
  emit(event: ShownEvent): void;
}

/** A stream that may be a terminal. */
export interface Output {
  write(text: string): boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Bars and colours only at a terminal that supports both. */
export function createDisplay(options: {
  json: boolean;
  stdout: Output & NodeJS.WritableStream;
  stderr: Output;
  env: NodeJS.ProcessEnv;
}): Display {
  const { json, stdout, stderr, env } = options;
  const writers = { print: lineWriter(stdout), complain: lineWriter(stderr) };
  // JSON has its own escapes; a parser gets the original texts.
  if (json) return jsonLines(writers);
  const renderer = isCapable(stdout, env)
    ? terminal({ stdout, colours: hasColours(stdout, env) })
    : plainLines(writers);
  return { ...renderer, emit: (event) => renderer.emit(withTextsEscaped(event)) };
}

function isCapable(stdout: Output, env: NodeJS.ProcessEnv): boolean {
  return stdout.isTTY === true && env.TERM !== 'dumb';
}

/** https://no-color.org: any value that is not empty means no colours. */
export function hasColours(stdout: Output, env: NodeJS.ProcessEnv): boolean {
  return isCapable(stdout, env) && !env.NO_COLOR;
}
