import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Answer, type Asking, onUnanswered, Refusal } from './api.ts';
import { SignedOut } from './sign-in.ts';

/** The API does not answer, or not as it should. */
export type Trouble =
  | {
      readonly kind: 'away';
      /** When what is shown was seen last, milliseconds since 1970; absent when nothing was seen yet. */
      readonly seenAt: number | undefined;
      /** When it is tried next. */
      readonly nextAt: number;
      retry(): void;
    }
  | { readonly kind: 'slow' };

/** What the view that is shown asks for may be several things: one entry for each that is in trouble. */
const troubles = signal<ReadonlyMap<object, Trouble>>(new Map());

/** Said once, for the whole page: the worst. */
export const trouble = computed<Trouble | undefined>(() => {
  const all = [...troubles.value.values()];
  return all.find(({ kind }) => kind === 'away') ?? all[0];
});

/** Nothing can be done now. */
export const isAway = computed(() => trouble.value?.kind === 'away');

/** Something of the API that is asked for again and again, while a view shows it. */
export interface Live<T> {
  readonly value: ReadonlySignal<T | undefined>;
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
/** Milliseconds without an answer, after which that is said. */
const slowMs = 3000;

/**
 * Asks now, and then at the pace that the API asks for. What was seen stays while the API is away; it is tried
 * less and less often, and at once when the browser says that its network has come or gone, another request
 * found no answer, or the page is looked at.
 * @param pace seconds, for an answer that names none; nothing when nothing will change any more
 */
export function live<T>(
  load: (by: Asking) => Promise<Answer<T>>,
  pace: (value: T) => number | undefined,
  { isQuiet = false }: LiveOptions = {},
): Live<T> {
  const value = signal<T | undefined>(undefined);
  const refusal = signal<Refusal | undefined>(undefined);
  const over = new AbortController();
  let seenAt: number | undefined;
  let timer: number | undefined;
  let failed = 0;
  let asking = false;
  let wanted = false;
  const me = {};

  const tell = (found: Trouble | undefined) => {
    if (isQuiet || (found === undefined && !troubles.value.has(me))) return;
    const next = new Map(troubles.value);
    if (found === undefined) next.delete(me);
    else next.set(me, found);
    troubles.value = next;
  };
  const again = (seconds: number) => {
    clearTimeout(timer);
    if (!over.signal.aborted) timer = window.setTimeout(askNow, seconds * 1000);
  };
  async function askNow(): Promise<void> {
    if (asking || over.signal.aborted) return;
    asking = true;
    wanted = false;
    clearTimeout(timer);
    // Stays until an answer comes as it should: with each slow one it would be said again.
    let isSlow = false;
    const onSlow = () => {
      isSlow = true;
      if (failed === 0 && !over.signal.aborted) tell({ kind: 'slow' });
    };
    const slow = setTimeout(onSlow, slowMs);
    try {
      const { body, retryAfter } = await load({ signal: over.signal, onRetry: onSlow });
      if (over.signal.aborted) return;
      failed = 0;
      batch(() => {
        value.value = body;
        seenAt = Date.now();
        refusal.value = undefined;
        tell(isSlow ? { kind: 'slow' } : undefined);
      });
      const own = pace(body);
      if (own !== undefined) {
        const seconds = Math.max(shortest, retryAfter ?? own);
        again(document.hidden ? Math.max(hiddenPace, seconds) : seconds);
      }
    } catch (error) {
      // A sign-in that has ended shows its own view.
      if (over.signal.aborted || error instanceof SignedOut) return;
      if (error instanceof Refusal) {
        batch(() => {
          refusal.value = error;
          tell(undefined);
        });
        again(longestAway);
      } else {
        failed += 1;
        const seconds = Math.min(longestAway, 2 ** Math.min(failed, 5));
        tell({ kind: 'away', seenAt, nextAt: Date.now() + seconds * 1000, retry: askNow });
        again(seconds);
      }
    } finally {
      clearTimeout(slow);
      asking = false;
      if (wanted) void askNow();
    }
  }
  const look = () => {
    if (!document.hidden) void askNow();
  };
  // What is tried again anyway needs no push.
  const doubt = () => {
    if (failed === 0) look();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('online', look);
  addEventListener('offline', doubt);
  const endDoubt = onUnanswered(doubt);
  void askNow();
  return {
    value,
    refusal,
    refresh: () => {
      // An answer that is on its way may be older than what has just been done.
      wanted = asking;
      void askNow();
    },
    stop() {
      over.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      removeEventListener('online', look);
      removeEventListener('offline', doubt);
      endDoubt();
      tell(undefined);
    },
  };
}
