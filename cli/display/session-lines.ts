import type { CliEvent } from '../events.ts';
import type { Paint } from './paint.ts';
import { column, harmless, reasonLines, textWidth } from './text-width.ts';
import { counted, statusWords, trackWords } from './words.ts';

type Listed = Extract<CliEvent, { event: 'session.listed' }>;

/** One session of the list in one line, for pipes: id, status, moment, name. */
export function listedLine({ sessionId, name, status, createdAt }: Listed): string {
  return `${sessionId}  ${statusWords[status].padEnd(20)}  ${asMoment(createdAt)}  ${harmless(name)}`;
}

/** The same for a terminal: an id and a name do not fit beside each other in 80 columns. */
export function listedLines(session: Listed, { paint, width }: { paint: Paint; width: number }): string[] {
  const { sessionId, name, status, createdAt } = session;
  const words = statusWords[status].padEnd(20);
  const style = status === 'ready' ? paint.good : status === 'failed' ? paint.bad : (text: string) => text;
  const known = column(harmless(name), Math.max(16, Math.min(40, width - 40)));
  return [`${paint.bold(known)}  ${style(words)} ${asMoment(createdAt)}`, `  ${paint.dim(sessionId)}`];
}

/** A session with its tracks, as it stands. */
export function statusLines(
  session: Extract<CliEvent, { event: 'session.status' }>,
  { paint, width }: { paint: Paint; width: number },
): string[] {
  const { sessionId, name, status, createdAt, tracks, modelId, failure, creditsSpent, providerCalls, next } =
    session;
  const longest = Math.max(8, ...tracks.map(({ file }) => textWidth(harmless(file))));
  const nameWidth = Math.min(longest, Math.max(16, width - 32));
  const files = new Map(tracks.map(({ trackId, file }) => [trackId, file]));
  const lines = [
    paint.bold(harmless(name)),
    `  session   ${sessionId}`,
    `  status    ${statusWords[status]}`,
    `  created   ${asMoment(createdAt)}`,
    ...(modelId === undefined ? [] : [`  model     ${paint.good(modelId)}`]),
    `  so far    ${counted(creditsSpent, 'credit')}, ${counted(providerCalls, 'call')} to the provider`,
  ];
  for (const { file, status: track, duplicateOf, failure: why, attempts } of tracks) {
    const sign = track === 'done' ? paint.good('✓') : why !== undefined ? paint.bad('✗') : '·';
    const words =
      duplicateOf === undefined
        ? `${trackWords[track]}${attempts > 1 ? `, ${attempts} attempts` : ''}`
        : `same bytes as ${harmless(files.get(duplicateOf) ?? duplicateOf)}`;
    lines.push(`  ${sign} ${column(harmless(file), nameWidth)}  ${words}`);
    if (why !== undefined) lines.push(`      ${paint.bad(harmless(why.reason))}`);
  }
  if (failure !== undefined) {
    lines.push(...reasonLines(`${failure.error}: ${failure.reason}`).map(paint.bad));
  }
  if (next !== undefined)
    lines.push(next.words, ...(next.command === undefined ? [] : [`  ${next.command}`]));
  return lines;
}

/** `2026-11-21 03:08` in this machine's time. */
function asMoment(iso: string): string {
  const at = new Date(iso);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
