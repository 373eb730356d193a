import { withTextsEscaped } from '../../packages/terminal/printable.ts';
import { lineWriter } from '../../packages/terminal/standard-streams.ts';
import { jsonLines } from './json-lines.ts';
import { plainLines } from './plain-lines.ts';
import { terminal } from './terminal.ts';
import type { Display, Output } from './types.ts';

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
