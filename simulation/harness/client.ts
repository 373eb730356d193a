import { toChirpsmithError } from '../../functions/shared/aws-errors.ts';
import type { ErrorName } from '../../functions/shared/errors.ts';
import { LambdaError } from '../../packages/local-aws/lambda.ts';
import { type Invocation, ProcessKilled } from './invocations.ts';
import { StillAnswered } from './routes.ts';
import type { World } from './world.ts';

/** What a person gets: an answer, or an error in our names with its sentence; `unheard`: not even that. */
export type Told<T> =
  | { readonly answer: T }
  | { readonly error: ErrorName; readonly reason: string; readonly unheard?: true };

/** The function has answered, and its answer did not arrive. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

/** Requests that a client makes before it gives up. */
const attempts = 4;

/**
 * Runs a function of the API, whose wrapper reports every error in our names. A client whose answer is lost makes
 * the same request again.
 * @param who the route's short name
 */
export async function told<T>(
  world: World,
  who: Pick<Invocation, 'name' | 'choice'>,
  work: () => Promise<T>,
): Promise<Told<T>> {
  for (let attempt = 1; ; attempt++) {
    const heard = await world.during(() => once(world, who, work));
    if (!('lost' in heard)) return heard;
    if (attempt >= attempts) return { error: 'Unexpected', reason: 'There is no answer.', unheard: true };
  }
}

async function once<T>(
  world: World,
  who: Pick<Invocation, 'name' | 'choice'>,
  work: () => Promise<T>,
): Promise<Told<T> | { readonly lost: true }> {
  const { invocations } = world;
  try {
    const answer = await invocations.run(who, async () => {
      const made = await work();
      await invocations.step({ kind: 'answer', what: who.name }, async () => {});
      return made;
    });
    return { answer };
  } catch (error) {
    if (error instanceof AnswerLost) return { lost: true };
    const unheard = [LambdaError, ProcessKilled, StillAnswered].some((kind) => error instanceof kind);
    const { name, message } = toChirpsmithError(error);
    return { error: name, reason: message, ...(unheard ? { unheard: true } : {}) };
  }
}
