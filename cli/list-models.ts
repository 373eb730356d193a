import { existsSync } from 'node:fs';
import type { ModelListAnswer } from '../functions/api/contract/music.ts';
import { homeDirectory } from '../local/index.ts';
import type { CommandContext } from './command.ts';
import { connectStack } from './connect.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/**
 * Shows the models that were trained here, newest first. Where no stack runs, one is started to read the records, and
 * stopped again.
 * @throws ChirpsmithError, ApiRefusal, ApiUnreachable
 */
export async function listModels(_args: object, context: CommandContext): Promise<ExitCode> {
  const { display, env, target } = context;
  if (target.stage === undefined && !existsSync(homeDirectory(env))) {
    display.emit(listed(0));
    return exitCodes.done;
  }
  const reached = await connectStack(undefined, context, { quiet: true, spends: false });
  try {
    const { models, warning, slots } = await reached.client.listModels();
    for (const model of models) {
      const ageSeconds = Math.max(0, Math.round((Date.now() - Date.parse(model.createdAt)) / 1000));
      display.emit({ event: 'model.listed', ...model, ageSeconds });
    }
    display.emit(listed(models.length, { warning, slots }));
    return exitCodes.done;
  } finally {
    display.close();
    await reached.release();
  }
}

function listed(
  count: number,
  { warning, slots }: Pick<ModelListAnswer, 'warning' | 'slots'> = {},
): CliEvent {
  const first = { words: 'The first:', command: 'npx chirpsmith train FOLDER --name NAME' };
  const one = {
    words: 'To make music with one:',
    command: 'npx chirpsmith generate --model NAME --prompt "…"',
  };
  const next = [count === 0 ? first : one];
  const known = { ...(slots && { slots }), ...(warning && { warning }) };
  return { event: 'models.listed', count, ...known, next };
}
