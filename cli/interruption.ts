/** Thrown where Ctrl-C (or a SIGTERM) cut the work short. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** npm passes Ctrl-C on to its script, which has had it from the terminal already: one press, two signals. */
const onePressMs = 500;

const lookEveryMs = 250;

/**
 * The first Ctrl-C aborts the signal, so that the work can say how to come back; the second one quits
 * at once. A terminal that is closed, and the end of the process that started this one, count as a Ctrl-C.
 * @param atOnce gives the terminal back before the process ends
 */
export function onInterruption(atOnce: () => void, parentIsGone: () => boolean): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const listener = () => {
    if (controller.signal.aborted) {
      if (performance.now() - first < onePressMs) return;
      atOnce();
      process.exit(130);
    }
    first = performance.now();
    controller.abort(new Interrupted('interrupted'));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, listener);
  const look = setInterval(() => {
    if (parentIsGone()) controller.abort(new Interrupted('the process that started this one has ended'));
  }, lookEveryMs);
  look.unref();
  return controller.signal;
}
