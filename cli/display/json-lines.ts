import type { Display, Output } from './display.ts';

/** One JSON object a line on standard output; what went wrong also in words on standard error. */
export function jsonLines({ stdout, stderr }: { stdout: Output; stderr: Output }): Display {
  return {
    tell(event) {
      // How the session ended is the last line; the stack is put away after it.
      if (event.event === 'stack.stopped') return;
      stdout.write(`${JSON.stringify(event)}\n`);
      if (event.event === 'input.rejected' || event.event === 'error') stderr.write(`${event.message}\n`);
    },
    progress() {},
    close() {},
  };
}
