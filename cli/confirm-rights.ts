import { rightsSentence } from '../functions/shared/rights-sentence.ts';
import { ApiRefusal } from './api-errors.ts';
import type { CommandContext } from './command.ts';
import { UsageError } from './usage-error.ts';

/** What a request says of the rights to its files. */
export interface RightsWords {
  readonly rights?: true;
}

/**
 * Makes a request that declares files. Where the API wants to know whose the recordings are, the person is asked, and the
 * request is made again with the answer. So a session that has the answer asks nobody again, and neither does a sandbox.
 * @param what the files, as the question has them
 * @returns the answer to the request, and what it said of the rights
 * @throws UsageError when the person says no, or cannot be asked; ApiRefusal, ApiUnreachable
 */
export async function withRights<Answer>(
  what: string,
  send: (words: RightsWords) => Promise<Answer>,
  { rightsConfirmed }: { readonly rightsConfirmed: boolean },
  { ask, signal }: Pick<CommandContext, 'ask' | 'signal'>,
): Promise<{ answer: Answer; words: RightsWords }> {
  const beforehand: RightsWords = rightsConfirmed ? { rights: true } : {};
  try {
    return { answer: await send(beforehand), words: beforehand };
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    const { status, message, problems, type } = error;
    const others = problems.filter(({ where }) => where !== 'rights');
    if (others.length === problems.length) throw error;
    // What is wrong besides comes first: no answer would help.
    if (others.length > 0) throw new ApiRefusal(status, message, others, { type });
  }
  const nothing = 'Nothing was started or spent';
  if (!ask) {
    const message = `Nobody can be asked here. Add it to confirm beforehand: "${rightsSentence}"`;
    throw new UsageError(`${nothing}: it is not said whose the recordings are.`, [
      { where: '--rights-confirmed', message },
    ]);
  }
  signal.throwIfAborted();
  if (!(await ask(`${what}: "${rightsSentence}" Do you confirm this?`))) {
    throw new UsageError(`${nothing}: the rights to the recordings are not confirmed.`);
  }
  signal.throwIfAborted();
  const words: RightsWords = { rights: true };
  return { answer: await send(words), words };
}
