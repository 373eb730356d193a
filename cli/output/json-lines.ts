import { escaped, shown, shownJson } from '../../packages/terminal/printable.ts';
import type { WriteLine } from '../../packages/terminal/standard-streams.ts';
import { leftAudioWords } from './plain-lines.ts';
import type { Display } from './types.ts';

/** One JSON object a line on standard output; what went wrong also in words on standard error. */
export function jsonLines({ print, complain }: { print: WriteLine; complain: WriteLine }): Display {
  return {
    emit(event) {
      // How the session ended is the last line; the stack is put away after it.
      if (event.event === 'stack.stopped') return;
      print(shownJson(event));
      if (event.event === 'audio.left') complain(escaped(leftAudioWords(event)));
      if (event.event !== 'input.rejected' && event.event !== 'error') return;
      complain(escaped(event.message));
      if (event.event === 'error') for (const line of event.lines ?? []) complain(escaped(line));
      for (const { where, message } of event.problems ?? []) complain(shown`  ${where}: ${message}`);
    },
    progress() {},
    close() {},
  };
}
