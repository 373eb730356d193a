import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { z } from 'zod';
import { nameError } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';

/** The ids by which a line of log is found again. */
function idsOf(event: unknown): Record<string, string> {
  if (typeof event !== 'object' || event === null) return {};
  const known = Object.entries(event).filter(
    ([name, value]) => (name === 'sessionId' || name === 'trackId') && typeof value === 'string',
  );
  return Object.fromEntries(known);
}

/**
 * The one wrapper of every state: parses the input by the state's contract, logs the state's name with its
 * ids, and lets out errors of the closed set only, because the machine matches them by name. Neither input
 * nor output is logged whole.
 */
export function task<Input extends z.ZodType, Output>(
  state: string,
  input: Input,
  work: (input: z.infer<Input>) => Promise<Output>,
) {
  const logger = new Logger({ serviceName: 'chirpsmith', persistentLogAttributes: { state } });
  return middy<unknown, Output>()
    .use({
      before: ({ event, context }) => {
        logger.resetKeys();
        logger.appendKeys({ ...idsOf(event), requestId: context.awsRequestId });
      },
      after: ({ response }) => {
        const verdict =
          typeof response === 'object' && response && 'verdict' in response ? response.verdict : undefined;
        logger.info('done', verdict === undefined ? {} : { verdict: String(verdict) });
      },
      onError: (request) => {
        const error = nameError(request.error);
        logger.error(error.name, { reason: error.message });
        request.error = error;
      },
    })
    .handler(async (event: unknown) => {
      const parsed = input.safeParse(event);
      if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => ({
          where: path.join('.') || 'input',
          message,
        }));
        throw new ChirpsmithError('BadInput', `The input of "${state}" cannot be used.`, { problems });
      }
      return work(parsed.data);
    });
}
