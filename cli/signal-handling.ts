/** Thrown where Ctrl-C (or a SIGTERM) cut the work short. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** The session that was being worked on; it may have been started by now, if its start was under way. */
  readonly session: { readonly sessionId: string; readonly mayRun: boolean } | undefined;

  constructor(message: string, session?: Interrupted['session']) {
    super(message);
    this.session = session;
  }
}

/**
 * Works on a session; where that is cut short, the error names the session, so that the user learns how to go on.
 * @throws Interrupted, and what the work throws
 */
export async function naming<T>(
  session: NonNullable<Interrupted['session']>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Interrupted ? error.session : !signal.aborted) throw error;
    // Ours comes before a request: that one was not sent.
    const mayRun = session.mayRun && !(error instanceof Interrupted);
    throw new Interrupted('interrupted', { ...session, mayRun });
  }
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
