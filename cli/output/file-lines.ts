import type { CliEvent } from '../events.ts';
import { asDuration, asSize } from './format.ts';
import type { Paint } from './paint.ts';
import { column, indented, shortened } from './text-width.ts';

/** A file's verdict as a terminal shows it, in columns. */
export function fileLines(
  event: Extract<CliEvent, { event: 'file.skipped' | 'file.checked' | 'file.rejected' }>,
  { paint, width, nameWidth }: { paint: Paint; width: number; nameWidth: number },
): string[] {
  const file = event.file;
  if (event.event === 'file.skipped') {
    return indented(`– ${file}: ${event.reason}`, { by: 2, width, style: paint.dim });
  }
  if (event.event === 'file.rejected') {
    return [
      ...indented(file, { by: 4, width }).map((line, index) =>
        index === 0 ? `  ${paint.bad('✗')} ${line.trimStart()}` : line,
      ),
      ...indented(event.reason, { by: 6, width, style: paint.bad }),
    ];
  }
  const name = column(file, nameWidth);
  if (event.duplicateOf !== undefined) {
    const words = `the same bytes as ${event.duplicateOf}: uploaded once`;
    return [`  = ${name}`.trimEnd(), ...indented(words, { by: 6, width, style: paint.dim })];
  }
  const length = asDuration(event.durationSeconds).padStart(5);
  const line = `  ${paint.good('✓')} ${name}  ${event.format.padEnd(11)} ${length}  ${asSize(event.size).padStart(8)}`;
  return event.warning === undefined
    ? [line]
    : [line, ...indented(event.warning, { by: 6, width, style: paint.odd })];
}

/** Tracks that failed, with their reasons in full; a row shows only their beginning. */
export function failedTrackLines(
  tracks: Extract<CliEvent, { event: 'session.ready' }>['tracks'],
  { paint, width }: { paint: Paint; width: number },
): string[] {
  return tracks.flatMap(({ file, failure }) =>
    failure === undefined
      ? []
      : [
          `  ${paint.bad('✗')} ${shortened(file, width - 5)}`,
          ...indented(failure.reason, { by: 6, width, style: paint.bad }),
        ],
  );
}
