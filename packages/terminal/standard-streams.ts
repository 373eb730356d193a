import type { Shown } from './printable.ts';

/** Where a program shows something, line by line. */
export type WriteLine = (line: Shown) => void;

/** Lines to a stream. The type lets only escaped text through. */
export function lineWriter(stream: { write(text: string): unknown }): WriteLine {
  return (line) => void stream.write(`${line}\n`);
}

let guarded = false;

/**
 * The streams of this process; nothing else reaches for them. A reader that has gone (`… | head`) and a terminal
 * that was closed lose the lines that come after, and stop no work.
 */
export function standardStreams(): Pick<NodeJS.Process, 'stdout' | 'stderr'> {
  // biome-ignore lint/plugin: the one place that does
  const { stdout, stderr } = process;
  if (!guarded) for (const stream of [stdout, stderr]) stream.on('error', () => {});
  guarded = true;
  return { stdout, stderr };
}

/** A line on standard output. */
export const say: WriteLine = (line) => lineWriter(standardStreams().stdout)(line);

/** A line on standard error. */
export const complain: WriteLine = (line) => lineWriter(standardStreams().stderr)(line);
