import { setTimeout as delay } from 'node:timers/promises';
import { httpStatusOf, networkCode } from '../../functions/shared/aws-answer.ts';

/** Waits for some milliseconds; a test does not. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const pause: Pause = async (ms, signal) => {
  await delay(ms, undefined, { signal });
};

/** Milliseconds between the attempts, 2.5 minutes in all: a connection that is lost often comes back. */
const pauses = [500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 40_000, 40_000];

/** Answers of a service, or of a proxy before it, that is busy. Others of 5xx stay, as a full disk does: 507. */
const busy: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** A lost connection passes; a name that does not exist, a bad certificate and a refusal stay. */
function mayPass(error: unknown): boolean {
  const status = httpStatusOf(error);
  if (status !== undefined) return busy.has(status);
  return /^(ECONNRESET|ECONNABORTED|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)$/.test(
    networkCode(error) ?? '',
  );
}

export interface Retrying {
  readonly attempts?: number;
  readonly onRetry?: ((error: unknown) => void) | undefined;
}

/**
 * Makes a request again while its failure may pass. Each puts the same bytes under the same key, so twice is once.
 * @param options.attempts at most; as many as there are pauses, and one, unless given
 * @param options.onRetry called before each pause, with what failed
 * @throws the last error, or the signal's reason
 */
export async function repeated<T>(
  signal: AbortSignal,
  wait: Pause,
  request: () => Promise<T>,
  { attempts = pauses.length + 1, onRetry }: Retrying = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= attempts || !mayPass(error)) throw error;
      onRetry?.(error);
      await wait(pauses[attempt - 1] ?? 0, signal);
    }
  }
}
