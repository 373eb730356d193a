import { shellQuote } from '../packages/terminal/shell-quote.ts';
import { ApiRefusal, ApiUnreachable } from './api-errors.ts';
import { payeeOf } from './billed-account.ts';
import type { CommandContext } from './command.ts';
import type { PersonaArguments } from './commands/persona.ts';
import { confirmSpending } from './confirm-spending.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { withSession } from './with-session.ts';

/**
 * Makes a persona of a clip of music. If the answer is lost, for any reason, the call is repeated only by
 * `--again`.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function makePersona(args: PersonaArguments, context: CommandContext): Promise<ExitCode> {
  const { display, signal } = context;
  const options = { speed: args.speed, quiet: true, spends: true };
  return withSession(args.from, context, options, async ({ sessionId, music }, reached) => {
    const { clip, name, description, again } = args;
    const dialect = music?.dialect ?? 'mountsea';
    const billedAccount = payeeOf(dialect, reached.stack);
    display.emit({ event: 'persona.cost', name, sessionId, dialect, ...billedAccount });
    const question = again
      ? `Call ${billedAccount.provider} once more? It may make, and cost, a second persona.`
      : `Make the persona at ${billedAccount.provider}? What that costs is not documented.`;
    const spending = { what: `make the persona "${name}"`, question, dialect };
    await confirmSpending(spending, { yes: args.yes, evenInSandbox: again }, reached, context);
    signal.throwIfAborted();
    try {
      const persona = await reached.client.createPersona({
        name,
        generation: sessionId,
        again,
        ...(clip === undefined ? {} : { clip }),
        ...(description === undefined ? {} : { description }),
      });
      const model = persona.dialect === 'mountsea' ? ' --model MODEL' : '';
      const sing = `npx chirpsmith generate --persona ${shellQuote(persona.name)} --prompt "…"${model}`;
      const next = [{ words: 'To make music with it:', command: sing }];
      display.emit({ event: 'persona.ready', ...persona, next });
      return exitCodes.done;
    } catch (error) {
      const words = sameCommand(args);
      if (error instanceof ApiRefusal && error.status === 409) {
        const next = [
          { words: 'What is known of it:', command: 'npx chirpsmith personas' },
          { words: 'Where it is in doubt, to call once more:', command: `${words} --again` },
        ];
        display.emit({ event: 'error', message: error.message, next });
        return error.type === 'urn:chirpsmith:error:NeedsDecision'
          ? exitCodes.needsDecision
          : exitCodes.failed;
      }
      // Problem details say what came of it; what has none came from before the function, or in place of it.
      const told = error instanceof ApiRefusal && (error.status < 500 || error.type !== '');
      if (told || !(error instanceof ApiUnreachable || error instanceof ApiRefusal)) throw error;
      // The API may be at it, or have done it: asking as before finds out, and calls nothing twice.
      const next = [{ words: 'Whether it was made; nothing is called twice by it:', command: words }];
      display.emit({ event: 'error', message: error.message, next });
      return exitCodes.failed;
    }
  });
}

/** The command that asks for the same once more: without its description it would ask for another one. */
function sameCommand({ from, clip, name, description }: PersonaArguments): string {
  const given = { from, clip, name, description };
  const flags = Object.entries(given).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag} ${shellQuote(value)}`],
  );
  return `npx chirpsmith persona ${flags.join(' ')}`;
}
