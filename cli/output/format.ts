import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { Rights } from '../../functions/domain/rights.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { statusWords as ofSession, trackWords as ofTrack } from '../../functions/shared/status-words.ts';
import type { CliEvent } from '../events.ts';

/** `3:07` of seconds. */
export function asDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

/** `4.8 MB` of bytes; 1 kB is 1000 bytes, as file managers have it. */
export function asSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 999_500_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `8.4 s`, `1 min 05 s` of seconds. */
export function asTime(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** The provider's "about 2–3 minutes", in seconds. */
const usualTraining = { from: 120, to: 180 };

/**
 * How long a training usually takes.
 * @param speed how many times faster than the provider's time it runs
 */
export function usualTrainingWords(speed: number): string {
  const scaled = (seconds: number) => Math.max(1, Math.round(seconds / speed));
  return `usually ${scaled(usualTraining.from)} to ${scaled(usualTraining.to)} s`;
}

/** `1 upload`, `2 uploads`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The billed account, or that none is billed. */
export function providerWords({ provider, sandbox }: { provider: string; sandbox: boolean }): string {
  return sandbox ? 'the local sandbox (no real model is made, no real credits)' : provider;
}

/** A price within a sentence, with who is paid. */
export function creditsAt(
  credits: number,
  { provider, sandbox }: { provider: string; sandbox: boolean },
): string {
  return sandbox
    ? `${counted(credits, 'sandbox credit')} (not real)`
    : `${counted(credits, 'credit')} at ${provider}`;
}

/** What going on costs, and what can raise it: `about 101 credits, and 1 more for each track that is sent again`, or `nothing`. */
export function aboutCredits({ creditsToCome, kind }: Pick<SessionAnswer, 'creditsToCome' | 'kind'>): string {
  if (creditsToCome === 0) return 'nothing';
  const { upload, create } = defaultSettings.prices;
  const uploads = kind === 'batch' || (kind === 'train' && creditsToCome > create);
  return `about ${counted(creditsToCome, 'credit')}${uploads ? `, and ${upload} more for each track that is sent again` : ''}`;
}

/** `3 min`, `2 h`, `4 d` of seconds: one number is enough for an age. */
export function asAge(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `8 uploads × ~1 credit + 100 credits for the model = about 108 credits; …`, with what can raise it. */
export function costWords(cost: Extract<CliEvent, { event: 'cost' }>): string {
  const { uploads, creditsPerUpload, creditsForModel, credits } = cost;
  const each = `${counted(uploads, 'upload')} × ~${counted(creditsPerUpload, 'credit')}`;
  const model = creditsForModel === 0 ? '' : ` + ${counted(creditsForModel, 'credit')} for the model`;
  const more = `~${counted(creditsPerUpload, 'credit')} more for each track that is sent again`;
  return `${each}${model} = about ${counted(credits, 'credit')}; ${more}`;
}

/** What a session's status means to a person. */
export const statusWords: Readonly<Record<SessionAnswer['status'], string>> = ofSession;

/** What a track's status means to a person. */
export const trackWords: Readonly<Record<SessionAnswer['tracks'][number]['status'], string>> = ofTrack;

/** Who is signed out, and whether that is the whole of it. */
export function signedOutWords({ stage, user, revoked }: Extract<CliEvent, { event: 'signed-out' }>): string {
  if (user === undefined) return `Nobody was signed in at stage ${stage}.`;
  const rest = revoked
    ? ''
    : ' The user pool could not be told: the forgotten token ends by itself after 30 days.';
  return `${user} is signed out of stage ${stage}.${rest}`;
}

/** `2026-11-21 03:08` in this machine's time. */
export function asMoment(iso: string): string {
  const at = new Date(iso);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Who confirmed that the recordings are theirs to train on, and when. */
export function rightsWords({
  confirmedBy,
  confirmedAt,
}: Pick<Rights, 'confirmedBy' | 'confirmedAt'>): string {
  return `confirmed by ${confirmedBy}, ${asMoment(confirmedAt)}`;
}

/** How to see a session's status. */
export function show(sessionId: string): string {
  return `npx chirpsmith status ${sessionId}`;
}

/** How to see a session again. */
export function comeBack(sessionId: string): string {
  return `npx chirpsmith status ${sessionId} --watch`;
}

/** How to start a session, or to go on with it. */
export function goOnCommand(sessionId: string): string {
  return `npx chirpsmith resume ${sessionId} --watch`;
}
