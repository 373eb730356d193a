import { existsSync } from 'node:fs';
import { homeDirectory } from '../local/index.ts';
import type { CommandContext } from './command.ts';
import { connectStack } from './connect.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/**
 * Shows the personas that were made here, newest first. Where no stack runs, one is started to read the records, and
 * stopped again.
 * @throws ChirpsmithError, ApiRefusal, ApiUnreachable
 */
export async function listPersonas(_args: object, context: CommandContext): Promise<ExitCode> {
  const { display, env, target } = context;
  if (target.stage === undefined && !existsSync(homeDirectory(env))) {
    display.emit(listed(0));
    return exitCodes.done;
  }
  const reached = await connectStack(undefined, context, { quiet: true, spends: false });
  try {
    const { personas } = await reached.client.listPersonas();
    for (const persona of personas) {
      const ageSeconds = Math.max(0, Math.round((Date.now() - Date.parse(persona.createdAt)) / 1000));
      display.emit({ event: 'persona.listed', ...persona, ageSeconds });
    }
    display.emit(listed(personas.length));
    return exitCodes.done;
  } finally {
    display.close();
    await reached.release();
  }
}

function listed(count: number): CliEvent {
  const first = { words: 'The first:', command: 'npx chirpsmith persona --from SESSION --name NAME' };
  const one = {
    words: 'To make music with one:',
    command: 'npx chirpsmith generate --persona NAME --prompt "…"',
  };
  return { event: 'personas.listed', count, next: [count === 0 ? first : one] };
}
