import { nameWarning } from '../functions/domain/validate-names.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import type { CommandContext } from './command.ts';

/** Says before anything is paid that the provider may refuse a model's name for its length. */
export function noteName(name: string, { emit }: Pick<CommandContext['display'], 'emit'>): void {
  const message = nameWarning(name, defaultSettings.limits);
  if (message !== undefined) emit({ event: 'note', message });
}
