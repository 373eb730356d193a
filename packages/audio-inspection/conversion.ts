import { shellQuote } from '../terminal/shell-quote.ts';
import type { ConversionTarget } from './formats.ts';
import type { Inspection } from './inspection.ts';

/** The same name with the extension of what it was converted to. */
export function convertedName(file: string, to: ConversionTarget): string {
  return `${file.replace(/\.[^./\\]+$/, '')}.${to}`;
}

/** Why a file is refused, with the command that converts it where that would help. */
export function refusalOf({ reason, convertTo }: Inspection & { usable: false }, file: string): string {
  if (convertTo === undefined) return reason;
  return `${reason} As in: ffmpeg -i ${shellQuote(file)} ${shellQuote(convertedName(file, convertTo))}`;
}
