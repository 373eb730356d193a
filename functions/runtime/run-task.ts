import middy from '@middy/core';
import * as z from 'zod';
import { sessionIdOf } from '../domain/session-id.ts';
import { beginLines, type Keys, logger } from '../observability/log.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { taskEvent } from '../shared/state-contracts.ts';
import { depsOf } from './deps-of.ts';
import type { Clients, TaskSpec, Work } from './spec.ts';

const ids = z.object({ sessionId: z.string(), trackId: z.string() }).partial();

/** What a state gets, and by which ids its lines of log are found again. */
function open(event: unknown): { input: unknown; keys: Keys } {
  const task = taskEvent.safeParse(event).data;
  // A schedule, or a person who tries the function out, says nothing of an execution.
  const input = task ? task.input : event;
  const { sessionId, trackId } = ids.safeParse(input).data ?? {};
  // A session that a person starts in the console has no other id yet.
  const session = sessionId ?? (task && sessionIdOf(task.execution.Id));
  const keys = {
    ...(session === undefined ? {} : { sessionId: session }),
    ...(trackId === undefined ? {} : { trackId }),
    ...(task ? { execution: task.execution.Name } : {}),
  };
  return { input, keys };
}

/**
 * The one wrapper of every task: parses the input by the spec, gives the work what the spec says that it uses, logs the
 * name with its ids, and lets out errors of the closed set only, because the machine matches them by name. Neither input
 * nor output is logged whole.
 * @param clients make a dependency at its first use; they are named one by one, so that the bundler drops all others
 */
export function runTask<Spec extends TaskSpec, Output>(
  spec: Spec,
  work: Work<Spec, Output>,
  clients: Clients<Spec>,
) {
  return middy<unknown, Output>()
    .use({
      before: ({ event, context }) => {
        beginLines({ state: spec.name, ...open(event).keys, requestId: context.awsRequestId });
      },
      after: ({ response }) => {
        const verdict =
          typeof response === 'object' && response && 'verdict' in response ? response.verdict : undefined;
        logger.info('done', verdict === undefined ? {} : { verdict: String(verdict) });
      },
      onError: (request) => {
        const error = toChirpsmithError(request.error);
        logger.error(error.name, { reason: error.message });
        request.error = error;
      },
    })
    .handler(async (event: unknown) => {
      const parsed = spec.input.safeParse(spec.wholeEvent ? event : open(event).input);
      if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => ({
          where: path.join('.') || 'input',
          message,
        }));
        throw new ChirpsmithError('BadInput', `The input of "${spec.name}" cannot be used.`, { problems });
      }
      return work(parsed.data as z.output<Spec['input']>, depsOf(clients));
    });
}
