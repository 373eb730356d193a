import type { CliEvent, Next } from '../events.ts';
import type { Display, Output } from './display.ts';
import { createPaint } from './paint.ts';
import { listedLine, statusLines } from './session-lines.ts';
import { harmless, reasonLines } from './text-width.ts';
import { asDuration, asSize, asTime, comeBack, costWords, counted, providerWords } from './words.ts';

const noColours = createPaint(false);

/** One line an event, for logs and pipes: no colours, no cursor movement. Errors go to standard error. */
export function plainLines({ stdout, stderr }: { stdout: Output; stderr: Output }): Display {
  return {
    tell(event) {
      const stream = event.event === 'input.rejected' || event.event === 'error' ? stderr : stdout;
      for (const line of linesOf(event)) stream.write(`${line}\n`);
    },
    progress() {},
    close() {},
  };
}

/** An event in words. File names and the provider's words are made harmless. */
export function linesOf(event: CliEvent): string[] {
  switch (event.event) {
    case 'samples.made':
      return [
        `No folder was given: ${counted(event.files, 'sample')} in ${harmless(event.folder)} are used.`,
      ];
    case 'files.found':
      return [];
    case 'file.skipped':
      return [`skipped   ${harmless(event.file)}: ${event.reason}`];
    case 'file.checked':
      return checkedLines(event);
    case 'file.rejected':
      return [`rejected  ${harmless(event.file)}: ${harmless(event.reason)}`];
    case 'stack.starting':
      return [`Starting the local stack at ${event.speed}× speed.`];
    case 'stack.started':
      return [`The local stack runs (process ${event.pid}).`];
    case 'stack.found':
      return [`Using the local stack that runs already (process ${event.pid}, ${event.speed}× speed).`];
    case 'stack.stopped':
      return [`The local stack is stopped; its data stay in ${harmless(event.home)}.`];
    case 'note':
      return [harmless(event.message)];
    case 'cost':
      return [`Cost: ${costWords(event)}.`, `Provider: ${providerWords(event)}.`];
    case 'session.created':
      return [`Session ${event.sessionId} for "${harmless(event.name)}".`];
    case 'file.upload-retried':
      return [`again     ${harmless(event.file)}: ${event.reason}`];
    case 'file.uploaded':
      return [`uploaded  ${harmless(event.file)}`];
    case 'file.upload-failed':
      return [`failed    ${harmless(event.file)}: ${event.reason}`];
    case 'session.started':
      return nextLines({ words: 'Started. To come back to it:', command: comeBack(event.sessionId) });
    case 'session.found':
      return [`Session ${event.sessionId}, "${harmless(event.name)}".`];
    case 'session.preparing':
      return ['Preparing.'];
    case 'session.uploading':
      return ['The tracks are on their way to the provider.'];
    case 'session.creating':
      return ['Asking the provider for the model.'];
    case 'session.training':
      return ['Training.'];
    case 'track.submitted':
      return [`provider  ${harmless(event.file)}${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`];
    case 'track.done':
      return [`clip      ${harmless(event.file)}`];
    case 'track.failed':
    case 'track.rejected':
      return [`failed    ${harmless(event.file)}: ${harmless(event.reason)}`];
    case 'session.listed':
      return [listedLine(event)];
    case 'sessions.listed':
      return event.count === 0 ? ['No sessions yet. The first: npm run train'] : [];
    case 'session.status':
      return statusLines(event, { paint: noColours, width: 120 });
    case 'input.rejected':
      return [event.message, ...event.problems.map(problemLine)];
    case 'error':
      // The last words of a stack that did not start have lines of their own.
      return [...reasonLines(event.message), ...(event.problems ?? []).map(problemLine)];
    default:
      return endLines(event);
  }
}

type EndEvent = Extract<
  CliEvent,
  {
    event: `session.${'ready' | 'failed' | 'needs-decision' | 'interrupted' | 'open' | 'deadline' | 'left' | 'lost'}`;
  }
>;

/** How a session ended, or how we left it. */
export function endLines(event: EndEvent): string[] {
  switch (event.event) {
    case 'session.ready':
      return [`Model ready: ${event.modelId}`, billLine(event)];
    case 'session.failed':
      return [
        ...reasonLines(`Failed (${event.error}): ${event.reason}`),
        billLine(event),
        ...nextLines(event.next),
      ];
    case 'session.needs-decision':
      return [
        ...reasonLines(`A decision is needed: ${event.reason}`),
        billLine(event),
        ...nextLines(event.next),
      ];
    case 'session.interrupted':
      return ['The session was cut off in the middle.', billLine(event), ...nextLines(event.next)];
    case 'session.open':
      return ['The session has not been started.', ...nextLines(event.next)];
    case 'session.deadline':
      return ['The time given by --deadline is over; the session goes on.', ...nextLines(event.next)];
    case 'session.left':
      return [
        event.running ? 'Left; the session goes on.' : 'Stopped; nothing was started or spent.',
        ...nextLines(event.next),
      ];
    case 'session.lost':
      return [event.reason, ...nextLines(event.next)];
  }
}

function checkedLines(event: Extract<CliEvent, { event: 'file.checked' }>): string[] {
  const file = harmless(event.file);
  if (event.duplicateOf !== undefined) {
    return [`same      ${file}: the same bytes as ${harmless(event.duplicateOf)}, uploaded once`];
  }
  const facts = `${event.format}, ${asDuration(event.durationSeconds)}, ${asSize(event.size)}`;
  return [`ok        ${file}: ${facts}${event.warning === undefined ? '' : ` (${harmless(event.warning)})`}`];
}

/** A command stands on a line of its own, so that it can be copied. */
export function nextLines({ words, command }: Next): string[] {
  return command === undefined ? [words] : [words, `  ${command}`];
}

/** What it came to. */
export function billLine(event: { creditsSpent: number; providerCalls: number; seconds: number }): string {
  return `${counted(event.creditsSpent, 'credit')} spent, ${counted(event.providerCalls, 'call')} to the provider, ${asTime(event.seconds)}.`;
}

export function problemLine({ where, message }: { where: string; message: string }): string {
  return `  ${harmless(where)}: ${harmless(message)}`;
}
