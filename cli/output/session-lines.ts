import { dialectNames } from '../../functions/domain/dialect-rules.ts';
import { ledgerOf, lineCharge, plainWords, takenWords } from '../../functions/shared/timeline.ts';
import type { CliEvent } from '../events.ts';
import { nextLines } from './end-lines.ts';
import { aboutCredits, asAge, asMoment, counted, rightsWords, statusWords, trackWords } from './format.ts';
import { differencesOf } from './list-differences.ts';
import type { Paint } from './paint.ts';
import { column, reasonLines, textWidth } from './text-width.ts';

type Listed = Extract<CliEvent, { event: 'session.listed' }>;
type Shown = Extract<CliEvent, { event: 'session.status' }>;

/** One session of the list in one line, for pipes: id, status, age, what can be done, name. */
export function listedLine(session: Listed): string {
  const { sessionId, name, status, ageSeconds } = session;
  const age = asAge(ageSeconds).padStart(6);
  return `${sessionId}  ${statusWords[status].padEnd(20)} ${age}  ${actionWords(session).padEnd(14)}  ${name}`;
}

/** The same for a terminal: an id and a name do not fit beside each other in 80 columns. */
export function listedLines(session: Listed, { paint, width }: { paint: Paint; width: number }): string[] {
  const { sessionId, name, status, ageSeconds } = session;
  const words = statusWords[status].padEnd(20);
  const known = column(name, Math.max(16, Math.min(40, width - 40)));
  const actions = actionWords(session);
  return [
    `${paint.bold(known)}  ${statusStyle(status, paint)(words)} ${paint.dim(`${asAge(ageSeconds)} ago`)}`,
    `  ${paint.dim(sessionId)}${actions === '' ? '' : `  ${actions}`}`,
  ];
}

function actionWords({ actions }: Listed): string {
  // A start is a resume here: there is one command for both.
  return actions.map((action) => (action === 'start' ? 'resume' : action)).join(', ');
}

function statusStyle(status: Listed['status'], paint: Paint): (text: string) => string {
  if (status === 'ready') return paint.good;
  if (status === 'failed' || status === 'interrupted' || status === 'deleting') return paint.bad;
  return status === 'needs-decision' || status === 'review' ? paint.odd : (text) => text;
}

/** A session with its tracks, in its current state. */
export function statusLines(session: Shown, { paint, width }: { paint: Paint; width: number }): string[] {
  const { sessionId, name, status, createdAt, modelId, batch, music, failure, decisions, next } = session;
  const { earlierFailures = [] } = session;
  const lines = [
    paint.bold(name),
    `  session   ${sessionId}`,
    `  status    ${statusStyle(status, paint)(statusWords[status])}`,
    `  created   ${asMoment(createdAt)}`,
    ...(session.rights === undefined ? [] : [`  rights    ${rightsWords(session.rights)}`]),
    ...(modelId === undefined ? [] : [`  model     ${paint.good(modelId)}`]),
    ...(music === undefined
      ? []
      : [`  music     ${musicWords(music)}`, ...fromLines(music), ...clipLines(music)]),
    `  spent     ${spentWords(session)}`,
    `  to come   ${toComeWords(session)}`,
    ...ledgerLines(session),
    ...(batch === undefined ? [] : batchLines(batch)),
    ...decisions.map(({ choice, by, at }) => `  decided   ${choice}, by ${by}, ${asMoment(at)}`),
    ...earlierFailures.flatMap(({ error, reason, at }) =>
      reasonLines(`${error}, ${asMoment(at)}: ${reason}`).map((line, index) =>
        index === 0 ? `  before    ${line}` : `  ${line}`,
      ),
    ),
    ...trackLines(session, { paint, width }),
  ];
  if (failure !== undefined) {
    const title =
      status === 'needs-decision' ? 'What is known: ' : status === 'failed' ? `${failure.error}: ` : '';
    const style = status === 'cancelled' ? (line: string) => line : paint.bad;
    lines.push('', ...reasonLines(title + failure.reason).map(style));
  }
  return next.length === 0 ? lines : [...lines, '', ...nextLines(next)];
}

function musicWords({ dialect, model, modelName, persona }: NonNullable<Shown['music']>): string {
  const by = persona === undefined ? '' : `, sung by "${persona.name}"`;
  return `${modelName ?? model}${by}, at ${dialectNames[dialect]}`;
}

function fromLines({ fromClip }: NonNullable<Shown['music']>): string[] {
  if (fromClip === undefined) return [];
  const { clipId, sessionId } = fromClip;
  return [`  from      clip ${clipId}${sessionId === undefined ? ', which was not checked' : ''}`];
}

function clipLines({ clips }: NonNullable<Shown['music']>): string[] {
  return clips.map(({ clipId, hasAudio, locked }) => {
    const state = hasAudio ? 'kept' : locked === undefined ? 'no audio yet' : lockWords[locked];
    return `  clip      ${clipId}  ${state}`;
  });
}

const lockWords = {
  yes: 'locked at the provider',
  perhaps: 'perhaps locked (403)',
} as const;

/** Lines of the ledger that a terminal shows; the page and the report have all. */
const mostLedgerLines = 12;

/** What is out of the ordinary among the calls that may cost, in the words of the page. */
function ledgerLines({ timeline, createdAt }: Shown): string[] {
  if (timeline === undefined) return [];
  const ledger = ledgerOf(timeline);
  const plain = plainWords(ledger);
  const lines = ledger.lines.slice(-mostLedgerLines);
  const left = ledger.lines.length - lines.length;
  const titles = Math.min(40, Math.max(0, ...lines.map(({ title }) => textWidth(title))));
  const shown = lines.map((line) => {
    const at = new Date(Date.parse(createdAt) + line.at * 1000).toISOString().slice(11, 19);
    return `${at}  ${column(line.title, titles)}  ${lineCharge(line)}, ${line.answer}`;
  });
  return [
    ...(left > 0 ? [`${counted(left, 'line')} more, on the page and in the report`] : []),
    ...shown,
    ...(plain === undefined ? [] : [plain]),
  ].map((line, index) => `  ${index === 0 ? 'ledger  ' : '        '}  ${line}`);
}

function batchLines({ clips, missing, list }: NonNullable<Shown['batch']>): string[] {
  return [
    `  clips     ${clips} of ${counted(clips + missing, 'file')}`,
    ...differencesOf(list).map((difference) => `  list      ${difference}`),
  ];
}

function trackLines({ tracks }: Shown, { paint, width }: { paint: Paint; width: number }): string[] {
  const longest = Math.max(8, ...tracks.map(({ file }) => textWidth(file)));
  const nameWidth = Math.min(longest, Math.max(16, width - 38));
  const files = new Map(tracks.map(({ trackId, file }) => [trackId, file]));
  return tracks.flatMap(({ trackId, file, status, duplicateOf, failure, attempts, unchecked }) => {
    const bad = failure !== undefined && status !== 'done';
    const sign = status === 'done' ? paint.good('✓') : bad ? paint.bad('✗') : '·';
    const words =
      duplicateOf === undefined
        ? `${trackWords[status]}${attempts > 1 ? `, ${attempts} attempts` : ''}${unchecked ? ', unchecked' : ''}`
        : `same bytes as ${files.get(duplicateOf) ?? duplicateOf}`;
    const line = `  ${sign} ${paint.dim(trackId)} ${column(file, nameWidth)}  ${words}`;
    const never = failure?.permanent ? ' (for good: another file is needed)' : '';
    return bad ? [line, `      ${paint.bad(failure.reason + never)}`] : [line];
  });
}

function spentWords({ creditsTaken, providerCalls }: Shown): string {
  return `${takenWords(creditsTaken)}, in ${counted(providerCalls, 'call')} to the provider`;
}

function toComeWords({ creditsToCome, status, actions, kind }: Shown): string {
  if (kind === 'batch' && creditsToCome === 0) return 'nothing';
  if (status === 'ready' || status === 'abandoned' || status === 'deleting') return 'nothing';
  const call = kind === 'music' ? 'ask for the music' : 'call create';
  if (actions.includes('decide')) return `nothing, but by a decision to ${call} again`;
  if (creditsToCome > 0) return aboutCredits({ creditsToCome, kind });
  return `nothing: the ${kind === 'music' ? 'music' : 'training'} is paid`;
}
