import { own } from '../../packages/terminal/printable.ts';
import { lineWriter } from '../../packages/terminal/standard-streams.ts';
import { priceWords, spendingLines } from './agreement-lines.ts';
import { checkLines, doctorDone } from './doctor-lines.ts';
import { type EndEvent, endLines, nextLines } from './end-lines.ts';
import { failedTrackLines, fileLines } from './file-lines.ts';
import { costWords, providerWords } from './format.ts';
import { createPaint, type Paint } from './paint.ts';
import { linesOf } from './plain-lines.ts';
import { listedLines, statusLines } from './session-lines.ts';
import { type SessionRows, sessionRows } from './session-rows.ts';
import { indented, textWidth } from './text-width.ts';
import type { Output, Renderer, ShownEvent } from './types.ts';

/** Cells that a file's line needs beside its name. */
const besideName = 36;

/** The picture that a person sees: sections one below the other, the running session as rows in place. */
export function terminal({
  stdout,
  colours,
}: {
  stdout: Output & NodeJS.WritableStream;
  colours: boolean;
}): Renderer {
  const paint = createPaint(colours);
  const write = lineWriter(stdout);
  let section: string | undefined;
  let rows: SessionRows | undefined;
  let nameWidth = 30;
  let trainingSpeed = 1;
  /** Rejected files whose reasons were printed already. */
  const refused = new Set<string>();

  const measures = () => ({ paint, nameWidth, width: Math.max(40, stdout.columns ?? 80) });
  const print = (lines: readonly string[]): void => {
    for (const line of lines) write(own(line));
  };
  const printUnder = (title: string, lines: readonly string[]): void => {
    if (section !== title) print(['', paint.bold(title)]);
    section = title;
    print(lines);
  };
  const fitNames = (names: readonly string[]): void => {
    const longest = Math.max(16, ...names.map((name) => textWidth(name)));
    nameWidth = Math.min(longest, Math.max(16, measures().width - besideName));
  };
  const openRows = ({ kind, tracks }: Pick<Parameters<typeof sessionRows>[0], 'kind' | 'tracks'>): void => {
    rows = sessionRows({ stdout, paint, nameWidth, speed: trainingSpeed, kind, tracks });
  };
  const closeRows = (): void => {
    rows?.close();
    rows = undefined;
  };

  const emit = (event: ShownEvent): void => {
    rows?.emit(event);
    const { width } = measures();
    switch (event.event) {
      case 'files.found':
        fitNames(event.files);
        break;
      case 'file.skipped':
      case 'file.checked':
      case 'file.rejected':
        if (event.event === 'file.rejected') refused.add(event.file);
        printUnder('Files', fileLines(event, measures()));
        break;
      case 'stack.starting':
        printUnder('Local stack', [`  starting at ${event.speed}× speed …`]);
        break;
      case 'stack.started':
      case 'stack.found': {
        trainingSpeed = event.sandbox ? event.speed : 1;
        const how = event.event === 'stack.started' ? 'started' : `runs already, ${event.speed}× speed`;
        printUnder('Local stack', [`  ${how}, process ${event.pid}`, `  in a browser: ${event.page}`]);
        break;
      }
      case 'stage.reached':
        printUnder(`Stage ${event.stage}`, [`  ${event.api}`]);
        break;
      case 'note':
        if (rows) break;
        print(indented(event.message, { by: 2, width, style: paint.odd }));
        print(nextLines(event.next ?? []).map((line) => `  ${line}`));
        break;
      case 'cost':
        printUnder('Cost', indented(costWords(event), { by: 2, width }));
        print(indented(`provider: ${providerWords(event)}`, { by: 2, width }));
        break;
      case 'session.created':
        printUnder(`Session ${event.sessionId}, ${event.name}`, []);
        openRows({
          kind: event.kind,
          tracks: event.uploads.map((upload) => ({ ...upload, status: 'declared' })),
        });
        break;
      case 'session.found':
        fitNames(event.tracks.map(({ file }) => file));
        printUnder(`Session ${event.sessionId}, ${event.name}`, []);
        if (event.tracks.length > 0) openRows(event);
        break;
      case 'session.generating':
      case 'session.copying':
      case 'music.cost':
      case 'music.started':
      case 'clip.saved':
      case 'music.ready':
      case 'model.listed':
      case 'models.listed':
      case 'persona.cost':
      case 'persona.ready':
      case 'persona.listed':
      case 'personas.listed':
        print(linesOf(event).flatMap((line) => hanging(line, width)));
        break;
      case 'doctor.checked':
        print(checkLines(event, measures()));
        break;
      case 'dry-run.checked':
        printUnder('Tried', checkLines(event, measures()));
        break;
      case 'doctor.done':
        print(['', paint.bold(doctorDone(event))]);
        break;
      case 'session.listed':
        printUnder('Sessions', listedLines(event, measures()));
        break;
      case 'session.status':
        print(['', ...statusLines(event, measures()).flatMap((line) => hanging(line, width))]);
        break;
      case 'spending':
        print(['', ...spendingLines(event).flatMap((line) => hanging(line, width))]);
        break;
      case 'price':
        print(['', ...indented(priceWords(event), { by: 0, width, style: paint.bold })]);
        print(indented(`provider: ${providerWords(event)}`, { by: 0, width }));
        break;
      case 'session.existing':
      case 'session.resumed':
      case 'session.approved':
      case 'session.decided':
      case 'session.deleted':
      case 'track.replaced':
      case 'dry-run.passed':
      case 'dry-run.failed': {
        closeRows();
        const [first = '', ...more] = linesOf(event);
        print(['', ...indented(first, { by: 0, width, style: paint.bold })]);
        print(more.flatMap((line) => hanging(line, width)));
        break;
      }
      case 'session.deleting':
      case 'sessions.listed':
        print([
          '',
          ...linesOf(event)
            .flatMap((line) => hanging(line, width))
            .map(paint.dim),
        ]);
        break;
      case 'samples.made':
      case 'stack.stopped':
        print(['', ...indented(linesOf(event).join(' '), { by: 0, width, style: paint.dim })]);
        break;
      case 'session.ready':
      case 'session.uploaded':
      case 'session.review':
      case 'session.failed':
      case 'session.needs-decision':
      case 'session.cancelled':
      case 'session.abandoned':
      case 'session.interrupted':
      case 'session.open':
      case 'session.deadline':
      case 'session.detached':
      case 'session.lost':
        closeRows();
        print(endPicture(event, { paint, width }));
        break;
      case 'audio.left':
      case 'audio.deleted':
        closeRows();
        print(['', ...linesOf(event).flatMap((line) => hanging(line, width))]);
        break;
      case 'input.rejected':
      case 'error': {
        closeRows();
        const news = (event.problems ?? []).filter(({ where }) => !refused.has(where));
        const [first = '', ...more] = linesOf({ ...event, problems: news });
        print(['', ...indented(first, { by: 0, width, style: paint.bad })]);
        for (const line of more) print(hanging(line, width));
        break;
      }
      case 'smoke.done':
      case 'report.written':
      case 'session.address':
      case 'stage.deployed':
      case 'signed-out':
        print(['', ...linesOf(event).flatMap((line) => hanging(line, width))]);
        break;
      // The rows show them.
      case 'file.upload-retried':
      case 'file.uploaded':
      case 'file.copied':
      case 'file.upload-failed':
      case 'session.started':
      case 'session.preparing':
      case 'session.uploading':
      case 'session.creating':
      case 'session.training':
      case 'track.submitted':
      case 'track.done':
      case 'track.failed':
      case 'track.rejected':
        break;
      default:
        event satisfies never;
    }
  };
  return { emit, progress: (progress) => rows?.progress(progress), close: closeRows };
}

function endPicture(event: EndEvent, { paint, width }: { paint: Paint; width: number }): string[] {
  if (event.event === 'session.uploaded') {
    const [headline = '', ...others] = endLines(event);
    const complete = event.audioIds.length === event.files.length;
    return ['', (complete ? paint.good : paint.odd)(headline), ...others];
  }
  const failed = 'tracks' in event ? failedTrackLines(event.tracks, { paint, width }) : [];
  const before = failed.length > 0 ? ['', ...failed, ''] : [''];
  const [first = '', ...more] = endLines(event);
  if (event.event === 'session.ready') {
    return [...before, `${paint.good('Model ready')}  ${paint.bold(event.modelId)}`, ...more];
  }
  const calm = calmEnds.has(event.event);
  return [
    ...before,
    ...indented(first, { by: 0, width, style: calm ? paint.bold : paint.bad }),
    ...more.flatMap((line) => hanging(line, width)),
  ];
}

/** Nothing went wrong. */
const calmEnds = new Set<EndEvent['event']>([
  'session.review',
  'session.cancelled',
  'session.abandoned',
  'session.detached',
  'session.deadline',
  'session.open',
]);

/** As next steps name them: variables, and then a program. */
const command = /^(?:[A-Z_]+=(?:'[^']*'|\S+) )*(?:npm|npx|aws) /;

/** A line that may begin with spaces of its own; wrapped, it keeps them. A command stays whole, to be copied. */
function hanging(line: string, width: number): string[] {
  const text = line.trimStart();
  if (command.test(text)) return [line];
  return indented(text, { by: line.length - text.length, width });
}
