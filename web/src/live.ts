import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { type Answer, Refusal } from './api.ts';
import { SignedOut } from './sign-in.ts';

/** The API does not answer: said once, for the whole page. */
export interface Away {
  /** When what is shown was seen last, milliseconds since 1970; absent when nothing was seen yet. */
  readonly seenAt: number | undefined;
  /** When it is tried next. */
  readonly nextAt: number;
  retry(): void;
}

export const away = signal<Away | undefined>(undefined);

/** Something of the API that is asked for again and again, while a view shows it. */
export interface Live<T> {
  readonly value: ReadonlySignal<T | undefined>;
  /** When the value was seen, milliseconds since 1970. */
  readonly seenAt: ReadonlySignal<number | undefined>;
  readonly refusal: ReadonlySignal<Refusal | undefined>;
  /** Asks now. */
  refresh(): void;
  stop(): void;
}

/** How {@link live} asks. */
export interface LiveOptions {
  /** It is beside the point of the view: that it does not come is not said. */
  readonly isQuiet?: boolean;
}

const shortest = 1;
/** Seconds between two tries while nothing answers. */
const longestAway = 30;
/** Nobody looks at a hidden page. */
const hiddenPace = 60;

/**
 * Asks now, and then at the pace that the API asks for. What was seen stays while the API is away; it is tried
 * less and less often, and at once when the browser says that it is online again, or the page is looked at.
 * @param pace seconds, for an answer that names none; nothing when nothing will change any more
 */
export function live<T>(
  load: (signal: AbortSignal) => Promise<Answer<T>>,
  pace: (value: T) => number | undefined,
  { isQuiet = false }: LiveOptions = {},
): Live<T> {
  const value = signal<T | undefined>(undefined);
  const seenAt = signal<number | undefined>(undefined);
  const refusal = signal<Refusal | undefined>(undefined);
  const over = new AbortController();
  let timer: number | undefined;
  let failed = 0;
  let asking = false;

  const again = (seconds: number) => {
    clearTimeout(timer);
    if (!over.signal.aborted) timer = window.setTimeout(askNow, seconds * 1000);
  };
  async function askNow(): Promise<void> {
    if (asking || over.signal.aborted) return;
    asking = true;
    clearTimeout(timer);
    try {
      const { body, retryAfter } = await load(over.signal);
      if (over.signal.aborted) return;
      failed = 0;
      batch(() => {
        value.value = body;
        seenAt.value = Date.now();
        refusal.value = undefined;
        if (!isQuiet) away.value = undefined;
      });
      const own = pace(body);
      if (own !== undefined) {
        const seconds = Math.max(shortest, retryAfter ?? own);
        again(document.hidden ? Math.max(hiddenPace, seconds) : seconds);
      }
    } catch (error) {
      // A sign-in that has ended shows its own view.
      if (over.signal.aborted) return;
      if (error instanceof Refusal) {
        batch(() => {
          refusal.value = error;
          if (!isQuiet) away.value = undefined;
        });
      } else if (!(error instanceof SignedOut)) {
        failed += 1;
        const seconds = Math.min(longestAway, 2 ** Math.min(failed, 5));
        if (!isQuiet)
          away.value = { seenAt: seenAt.value, nextAt: Date.now() + seconds * 1000, retry: askNow };
        again(seconds);
      }
    } finally {
      asking = false;
    }
  }
  const look = () => {
    if (!document.hidden) void askNow();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('online', look);
  void askNow();
  return {
    value,
    seenAt,
    refusal,
    refresh: () => void askNow(),
    stop() {
      over.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      removeEventListener('online', look);
      if (!isQuiet) away.value = undefined;
    },
  };
}
