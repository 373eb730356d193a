import { own, shown } from '../../packages/terminal/printable.ts';
import type { WriteLine } from '../../packages/terminal/standard-streams.ts';
import type { CliEvent } from '../events.ts';
import { begunLines, priceWords, spendingLines } from './agreement-lines.ts';
import { checkLines, doctorDone, dryRunLines } from './doctor-lines.ts';
import { endLines, nextLines } from './end-lines.ts';
import {
  asDuration,
  asSize,
  costWords,
  counted,
  providerWords,
  signedOutWords,
  statusWords,
  usualTrainingWords,
} from './format.ts';
import { musicLines } from './music-lines.ts';
import { createPaint } from './paint.ts';
import { listedLine, statusLines } from './session-lines.ts';
import { smokeTable } from './smoke-table.ts';
import { reasonLines } from './text-width.ts';
import type { Renderer, ShownEvent } from './types.ts';

/** Between two lines of a training that goes on. */
const trainingLineMs = 60_000;

const noColours = createPaint(false);

/** One line an event, for logs and pipes: no colours, no cursor movement. Errors go to standard error. */
export function plainLines({ print, complain }: { print: WriteLine; complain: WriteLine }): Renderer {
  let speed = 1;
  let training: NodeJS.Timeout | undefined;
  /** A log shows that something still happens, and how long it may. */
  const trains = () => {
    const began = Date.now();
    print(shown`Training: ${usualTrainingWords(speed)}.`);
    training = setInterval(() => {
      const passed = Math.round((Date.now() - began) / 1000);
      print(shown`Training: ${passed} s have passed, ${usualTrainingWords(speed)}.`);
    }, trainingLineMs).unref();
  };
  const endsTraining = () => clearInterval(training);
  return {
    emit(event) {
      endsTraining();
      if (event.event === 'stack.started' || event.event === 'stack.found') {
        speed = event.sandbox ? event.speed : 1;
      }
      if (event.event === 'session.training') return trains();
      const write = isComplaint(event) ? complain : print;
      for (const line of linesOf(event)) write(own(line));
    },
    progress() {},
    close: endsTraining,
  };
}

/** What goes to standard error. */
export const isComplaint = ({ event }: Pick<CliEvent, 'event'>): boolean =>
  event === 'input.rejected' || event === 'error' || event === 'audio.left';

/** Audio that should have gone from a bucket of the person's own. */
export function leftAudioWords({
  files,
  from,
  reason,
}: Pick<Extract<CliEvent, { event: 'audio.left' }>, 'files' | 'from' | 'reason'>): string {
  const left = `${counted(files, 'copy', 'copies')} of audio ${files === 1 ? 'is' : 'are'} still in ${from}`;
  return reason === undefined ? `${left}.` : `${left}: ${reason}`;
}

/** An event in words. */
export function linesOf(event: ShownEvent): string[] {
  switch (event.event) {
    case 'samples.made':
      return [samplesWords(event)];
    case 'files.found':
      return [];
    case 'file.skipped':
      return [`skipped   ${event.file}: ${event.reason}`];
    case 'file.checked':
      return checkedLines(event);
    case 'file.rejected':
      return [`rejected  ${event.file}: ${event.reason}`];
    case 'stack.starting':
      return [`Starting the local stack at ${event.speed}× speed.`];
    case 'stack.started':
      return [`The local stack runs (process ${event.pid}); in a browser: ${event.page}`];
    case 'stack.found':
      return [
        `Using the local stack that runs already (process ${event.pid}, ${event.speed}× speed); in a browser: ${event.page}`,
      ];
    case 'stage.reached':
      return [`Using stage ${event.stage}, ${event.api}.`];
    case 'stage.deployed':
      return [`Stage ${event.stage} is deployed: ${event.api}`, ...nextLines(event.next)];
    case 'signed-out':
      return [signedOutWords(event), ...nextLines(event.next)];
    case 'stack.stopped':
      return [`The local stack is stopped; its data stay in ${event.home}.`];
    case 'smoke.done':
      return smokeTable(event.rows);
    case 'doctor.checked':
      return checkLines(event, { paint: noColours, width: 120 });
    case 'doctor.done':
      return [doctorDone(event)];
    case 'note':
      return [event.message, ...nextLines(event.next ?? [])];
    case 'cost':
      return [`Cost: ${costWords(event)}.`, `Provider: ${providerWords(event)}.`];
    case 'spending':
      return spendingLines(event);
    case 'session.created':
      return [`Session ${event.sessionId} for "${event.name}".`];
    case 'file.upload-retried':
      return [`again     ${event.file}: ${event.reason}`];
    case 'file.uploaded':
      return [`uploaded  ${event.file}`];
    case 'file.copied':
      return [`copied    ${event.file} to ${event.to}`];
    case 'audio.left':
      return [leftAudioWords(event), ...nextLines(event.next)];
    case 'audio.deleted':
      return [`Deleted from ${event.from}: ${counted(event.files, 'copy', 'copies')} of audio.`];
    case 'file.upload-failed':
      return [`failed    ${event.file}: ${event.reason}`];
    case 'session.started':
      return nextLines(event.next);
    case 'session.found':
      return [`Session ${event.sessionId}, "${event.name}".`, ...nextLines(event.next ?? [])];
    case 'session.existing':
      return [
        `These files have a session under this name already: ${event.sessionId}, ${statusWords[event.status]}.`,
        ...nextLines(event.next),
      ];
    case 'session.preparing':
      return ['Preparing.'];
    case 'session.uploading':
      return ['The tracks are on their way to the provider.'];
    case 'session.creating':
      return ['Asking the provider to begin.'];
    case 'session.training':
      return ['Training.'];
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
      return musicLines(event);
    case 'track.submitted':
      return [`provider  ${event.file}${attemptWords(event)}`];
    case 'track.done':
      return [`clip      ${event.file}`];
    case 'track.failed':
    case 'track.rejected':
      return [`failed    ${event.file}: ${event.reason}`];
    case 'session.listed':
      return [listedLine(event)];
    case 'sessions.listed':
      return [...(event.count === 0 ? ['No sessions yet.'] : []), ...nextLines(event.next)];
    case 'session.status':
      return statusLines(event, { paint: noColours, width: 120 });
    case 'report.written':
      return [`The report is in ${event.file}: open it in a browser, with or without a network.`];
    case 'session.address':
      return [`${event.opened ? 'Opened in the browser: ' : 'Open it in a browser: '}${event.url}`];
    case 'price':
      return [priceWords(event), `Provider: ${providerWords(event)}.`];
    case 'session.resumed':
    case 'session.approved':
    case 'session.decided':
      return begunLines(event);
    case 'session.deleting':
      return [
        `Deleting "${event.name}": ${counted(event.tracks, 'track')} and ${counted(event.files, 'version')} of files so far.`,
      ];
    case 'session.deleted':
      return [
        `Deleted: "${event.name}", with ${counted(event.files, 'file')} in all versions.`,
        ...(event.modelId === undefined ? [] : [`Its model stays at the provider: ${event.modelId}`]),
        ...nextLines(event.next),
      ];
    case 'track.replaced':
      return [
        `${event.file} is track ${event.trackId} now, instead of ${event.instead}. Nothing was spent.`,
        ...nextLines(event.next),
      ];
    case 'dry-run.checked':
      return checkLines(event, { paint: noColours, width: 120 });
    case 'dry-run.passed':
    case 'dry-run.failed':
      return dryRunLines(event);
    case 'input.rejected':
      return [event.message, ...event.problems.map(problemLine), ...nextLines(event.next ?? [])];
    case 'error':
      return [
        ...reasonLines(event.message),
        ...(event.lines ?? []).map((line) => `  ${line}`),
        ...(event.problems ?? []).map(problemLine),
        ...nextLines(event.next ?? []),
      ];
    default:
      return endLines(event);
  }
}

function attemptWords({ attempt, reason }: Extract<CliEvent, { event: 'track.submitted' }>): string {
  if (attempt <= 1) return '';
  return ` (attempt ${attempt}${reason === undefined ? '' : `; before: ${reason}`})`;
}

function samplesWords({ files, folder, kept }: Extract<CliEvent, { event: 'samples.made' }>): string {
  const made = counted(files, 'sample');
  return kept
    ? `No folder was given: ${made} in ${folder} are used.`
    : `No folder was given: ${made} are made for this check, and removed again.`;
}

function checkedLines(event: Extract<CliEvent, { event: 'file.checked' }>): string[] {
  const file = event.file;
  if (event.duplicateOf !== undefined) {
    return [`same      ${file}: the same bytes as ${event.duplicateOf}, uploaded once`];
  }
  const from = event.convertedFrom === undefined ? '' : `, converted from ${event.convertedFrom}`;
  const facts = `${event.format}, ${asDuration(event.durationSeconds)}, ${asSize(event.size)}${from}`;
  return [`ok        ${file}: ${facts}${event.warning === undefined ? '' : ` (${event.warning})`}`];
}

function problemLine({ where, message }: { where: string; message: string }): string {
  return `  ${where}: ${message}`;
}
