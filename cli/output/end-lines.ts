import type { CliEvent, FileResult } from '../events.ts';
import type { Next } from '../next.ts';
import { asTime, counted } from './format.ts';
import { reasonLines } from './text-width.ts';

/** How a session ended, or how we left it. */
export type EndEvent = Extract<
  CliEvent,
  {
    event: `session.${'ready' | 'uploaded' | 'review' | 'failed' | 'needs-decision' | 'cancelled' | 'abandoned' | 'interrupted' | 'open' | 'deadline' | 'detached' | 'lost'}`;
  }
>;

/** The end in words, what it came to, and what can be done now. */
export function endLines(event: EndEvent): string[] {
  switch (event.event) {
    case 'session.ready':
      return [
        `Model ready: ${event.modelId}`,
        ...missingLines(event.missing),
        billLine(event),
        ...nextLines(event.next),
      ];
    case 'session.uploaded':
      return [
        `${event.audioIds.length} of ${counted(event.files.length, 'file')} with a clip.`,
        ...event.files.map(fileLine),
        ...event.differences,
        billLine(event),
        ...nextLines(event.next),
      ];
    case 'session.review':
      return [
        `Waiting for approval: ${counted(event.clips, 'clip')} to train on, for ${counted(event.creditsToCome, 'credit')}.`,
        billLine(event),
        ...nextLines(event.next),
      ];
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
    case 'session.cancelled':
    case 'session.abandoned':
      return [...reasonLines(event.reason), billLine(event), ...nextLines(event.next)];
    case 'session.interrupted':
      return ['The session was cut off in the middle.', billLine(event), ...nextLines(event.next)];
    case 'session.open':
      return ['The session has not been started.', ...nextLines(event.next)];
    case 'session.deadline':
      return ['The time given by --deadline is over; the session goes on.', ...nextLines(event.next)];
    case 'session.detached':
      return [
        event.running ? 'Left; the session goes on.' : 'Stopped; nothing was started or spent.',
        ...nextLines(event.next),
      ];
    case 'session.lost':
      return [event.reason, ...nextLines(event.next)];
  }
}

/** Files that are not in a model. */
function missingLines(missing: Extract<EndEvent, { event: 'session.ready' }>['missing'] = []): string[] {
  if (missing.length === 0) return [];
  const [are, them] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return [
    `${counted(missing.length, 'file')} ${are} not in it, because the session was allowed to go on without ${them}:`,
    ...missing.map(({ file, reason }) => `  ${file}: ${reason}`),
  ];
}

/** An id is as long as a UUID. */
function fileLine(result: FileResult): string {
  const file = result.file;
  if ('audioId' in result) return `  ${result.audioId.padEnd(36)}  ${file}`;
  return `  ${'none'.padEnd(36)}  ${file}: ${result.reason}`;
}

/** A command has its own line, so that it can be copied; below the last one, what another shell has to have set. */
export function nextLines(steps: readonly Next[]): string[] {
  const needs = [...new Set(steps.flatMap((step) => step.needs ?? []))];
  return [
    ...steps.flatMap(({ words, command }) => (command === undefined ? [words] : [words, `  ${command}`])),
    ...(needs.length === 0 ? [] : [`In another shell, set there first: ${needs.join(', ')}.`]),
  ];
}

/** What it came to. */
function billLine(event: { creditsSpent: number; providerCalls: number; seconds: number }): string {
  return `${counted(event.creditsSpent, 'credit')} spent, ${counted(event.providerCalls, 'call')} to the provider, ${asTime(event.seconds)}.`;
}
