import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { LedgerEntry } from '../../packages/provider-sandbox/ledger.ts';

/** What is known of one of our sessions, from its own answers. */
export interface Watched {
  readonly sessionId: string;
  /**
   * Submissions that a kill left unknown, as `track attempt`: the record said that the call was being made. Each
   * may be sent once more.
   */
  readonly unknown: Set<string>;
  /** The last answer. */
  last?: SessionAnswer;
}

/** Notes what a kill has left unknown; to be called after a restart, before anything goes on. */
export function noteUnknown(watched: Watched, answer: SessionAnswer): void {
  watched.last = answer;
  for (const { trackId, status, attempts } of answer.tracks) {
    if (status === 'submitting') watched.unknown.add(`${trackId} ${attempts}`);
  }
}

/** Its key goes on after the track, with the hash of the bytes and a suffix. */
const audioOf = /\/audio\/([^/]+)\/(\d+)[^/]*$/;

/** Which of our sessions each of the provider's belongs to, by the audio that was sent to it. */
function ownersOf(entries: readonly LedgerEntry[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { call, sessionId, audio = '' } of entries) {
    const [, owner] = audioOf.exec(audio) ?? [];
    if (call === 'upload' && sessionId && owner) owners.set(sessionId, owner);
  }
  return owners;
}

/** How often create was charged for one of our sessions. */
export function createsOf(entries: readonly LedgerEntry[], sessionId: string): number {
  const owners = ownersOf(entries);
  return entries.filter(
    (entry) =>
      entry.call === 'create' && entry.credits > 0 && owners.get(entry.sessionId ?? '') === sessionId,
  ).length;
}

/**
 * What was paid that must not have been: create more than once for a session, or for an unknown one; a track sent again
 * although neither a kill had left its submission unknown nor the provider had failed it.
 * @param failed tasks that the provider itself says have failed
 */
export function overpaid(
  entries: readonly LedgerEntry[],
  sessions: readonly Watched[],
  failed: ReadonlySet<string>,
): string[] {
  const owners = ownersOf(entries);
  const strangers = entries.filter(
    ({ call, credits, sessionId }) => call === 'create' && credits > 0 && !owners.has(sessionId ?? ''),
  );
  return [
    ...strangers.map(({ seq }) => `create ${seq} was charged for a session without uploads`),
    ...sessions.flatMap(({ sessionId, unknown }) => {
      const creates = createsOf(entries, sessionId);
      const uploads = Map.groupBy(
        entries.filter(({ call, taken, audio = '' }) => {
          return call === 'upload' && taken && audioOf.exec(audio)?.[1] === sessionId;
        }),
        ({ audio = '' }) => audioOf.exec(audio)?.[2] ?? '',
      );
      const repeated = [...uploads].flatMap(([trackId, sent]) => {
        const unclear = [...unknown].filter((it) => it.startsWith(`${trackId} `)).length;
        const ended = sent.filter(({ taskId = '' }) => failed.has(taskId)).length;
        const allowed = 1 + unclear + ended;
        return sent.length > allowed
          ? [`track ${trackId} of ${sessionId} was sent ${sent.length} times, ${allowed} are accounted for`]
          : [];
      });
      return [...(creates > 1 ? [`create was charged ${creates} times for ${sessionId}`] : []), ...repeated];
    }),
  ];
}

/** What a session lacks that has its model. */
export function incomplete(entries: readonly LedgerEntry[], answer: SessionAnswer): string[] {
  const { sessionId, modelId, tracks } = answer;
  const creates = createsOf(entries, sessionId);
  const without = tracks.filter(({ clipId }) => clipId === undefined).map(({ trackId }) => trackId);
  return [
    ...(modelId?.startsWith('chirp-custom:') ? [] : [`${sessionId} is ready without a model`]),
    ...(creates === 1 ? [] : [`create was charged ${creates} times for ${sessionId}, which is ready`]),
    ...(without.length === 0 ? [] : [`${sessionId} is ready without the clips of ${without.join(', ')}`]),
  ];
}
