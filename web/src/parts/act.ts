import { type Signal, useSignal } from '@preact/signals';
import { ask, pathOf, Refusal } from '../api.ts';
import { SignedOut } from '../sign-in.ts';

/** One thing that a person asks for: what came of it is said where it was asked. */
export interface Act {
  readonly isUnderWay: Signal<boolean>;
  readonly problem: Signal<string>;
  run(request: Request): Promise<boolean>;
}

interface Request {
  readonly method: 'POST' | 'DELETE';
  readonly sessionId: string;
  /** `/resume` */
  readonly part: string;
  readonly body?: object;
}

/**
 * Sends a request with one idempotency key until it is answered: asked for once more, the API does it once.
 */
export function useAct(): Act {
  const isUnderWay = useSignal(false);
  const problem = useSignal('');
  const key = useSignal(crypto.randomUUID());
  return {
    isUnderWay,
    problem,
    async run({ method, sessionId, part, body }) {
      isUnderWay.value = true;
      problem.value = '';
      try {
        const charges = method === 'POST' && part !== '/cancel';
        await ask(method, pathOf(sessionId, part), {
          ...(body === undefined ? {} : { body }),
          ...(charges ? { key: key.value } : {}),
        });
        key.value = crypto.randomUUID();
        return true;
      } catch (error) {
        if (error instanceof Refusal) {
          key.value = crypto.randomUUID();
          problem.value = [error.message, ...error.problems.map(({ message }) => message)].join(' ');
        } else if (error instanceof SignedOut) {
          problem.value = 'Your sign-in ended: sign in, and look whether it was done.';
        } else {
          problem.value = 'No answer came. Ask for it again: it is done once.';
        }
        return false;
      } finally {
        isUnderWay.value = false;
      }
    },
  };
}
