import { sessionAnswer } from '../../functions/api/session-response.ts';
import type { BatchResult, Track } from '../../functions/domain/session.ts';
import type { BatchPlan } from '../plan.ts';
import { type Snapshot, taken } from './snapshot.ts';
import { noTrackTooOften, reasonsOf, submissionsOf } from './tracks.ts';

/** What holds of a batch beyond what holds of everything. */
export function ofBatch(snapshot: Snapshot<BatchPlan>): string[] {
  return [
    ...noFileLost(snapshot),
    ...clipsAreTheirs(snapshot),
    ...noTrackTooOften(snapshot),
    ...copiesShareAClip(snapshot),
    ...notSentWhenDone(snapshot),
    ...oneAccount(snapshot),
    ...listIsToldTruly(snapshot),
    ...allDoneInTheEnd(snapshot),
  ];
}

const ended: readonly Track['status'][] = ['done', 'failed', 'rejected', 'duplicate'];

/** Each file has one place, in its order; in a batch that has come to its end each has an end, and is counted once. */
function noFileLost({ session, tracks, plan, tally }: Snapshot<BatchPlan>): string[] {
  const broken: string[] = [];
  const order = tracks.map(({ trackId }) => Number(trackId)).join();
  if (order !== plan.files.map((_, index) => index + 1).join()) broken.push(`the files are ${order}`);
  if (session.status !== 'ready') return broken;
  for (const { trackId, status, failure, duplicateOf } of tracks) {
    // Put there when the batch had ended, or a copy of what was there before: it waits for a resume.
    const waits = status === 'declared' && [...tally.replaced.values()].includes(session.runs);
    if (!ended.includes(status) && !waits) broken.push(`the batch is ready with file ${trackId} ${status}`);
    if ((status === 'failed' || status === 'rejected') && !failure?.reason) {
      broken.push(`file ${trackId} has ${status} without a reason`);
    }
    if (status === 'duplicate' && !tracks.some((it) => it.trackId === duplicateOf)) {
      broken.push(`file ${trackId} is a copy of no file`);
    }
  }
  const count = (of: readonly Track['status'][]) => tracks.filter(({ status }) => of.includes(status)).length;
  const { clips = 0, missing = 0 } = session.batch ?? {};
  if (clips !== count(['done']) || missing !== count(['failed', 'rejected', 'declared'])) {
    broken.push(`the batch counts ${clips} clips and ${missing} without, which is not what its files say`);
  }
  return broken;
}

/** A file's clip is one that the provider made of that file's bytes, and no other file's. */
function clipsAreTheirs(snapshot: Snapshot<BatchPlan>): string[] {
  const { world, session, tracks, provider } = snapshot;
  // Clips are compared when all are there; a run that ends before that compares nothing.
  const givenTwice = world.calls.some(({ fault }) => fault === 'seen-before');
  const isCompared = session.status === 'ready' || !givenTwice;
  const made = new Map(
    provider.sessions.flatMap(({ uploads }) => uploads.map(({ taskId, resultId }) => [taskId, resultId])),
  );
  const seen = new Set<string>();
  return tracks.flatMap((track) => {
    const { trackId, clipId, status, source, duplicateOf, sha256 } = track;
    if (status === 'duplicate') {
      const original = tracks.find((it) => it.trackId === duplicateOf);
      return original?.sha256 === sha256 ? [] : [`file ${trackId} is called a copy of other bytes`];
    }
    if (status !== 'done' || !isCompared) return [];
    if (clipId === undefined || seen.has(clipId))
      return [`file ${trackId} has the clip ${clipId} of another`];
    seen.add(clipId);
    const audio = 'key' in source ? `${source.key} ${source.versionId}` : '';
    const own = submissionsOf(snapshot, trackId).filter((it) => made.get(it.entry?.taskId ?? '') === clipId);
    return own.some((it) => it.audio === audio)
      ? []
      : [`the clip of file ${trackId} was made of something else`];
  });
}

/**
 * A copy is shown with the clip of the same bytes. Files without a declared hash are sent before they are
 * known to be the same, so each has its own clip.
 */
function copiesShareAClip({ world, session, tracks }: Snapshot): string[] {
  const shown = sessionAnswer({ session, tracks }, world.settings, false).tracks;
  return tracks.flatMap(({ status, sha256, trackId }, index) => {
    if (status !== 'duplicate') return [];
    const clips = tracks.flatMap((it) => (it.sha256 === sha256 ? (it.clipId ?? []) : []));
    const clipId = shown[index]?.clipId;
    const isRight = clipId === undefined ? clips.length === 0 : clips.includes(clipId);
    return isRight ? [] : [`copy ${trackId} is shown with the clip ${clipId}, and has ${clips}`];
  });
}

/** A resume sends nothing of what is done. */
function notSentWhenDone(snapshot: Snapshot<BatchPlan>): string[] {
  return snapshot.tracks.flatMap(({ trackId, status, finishedAt }) => {
    if (status !== 'done' || finishedAt === undefined) return [];
    const later = submissionsOf(snapshot, trackId).filter(
      ({ entry }) => (entry?.at ?? 0) > Date.parse(finishedAt),
    );
    return later.length === 0 ? [] : [`file ${trackId} was sent again after it was done`];
  });
}

/** One session at the provider, to which all files go; another only when the answer to the first was lost. */
function oneAccount({ world, session, tally }: Snapshot): string[] {
  const opened = taken(world.calls.filter(({ call }) => call === 'openBatch'));
  const lost = opened.filter(({ fault }) => fault !== undefined).length;
  const explained = 1 + lost + (tally.disturbed.get('Prepare batch') ?? 0);
  const broken: string[] = [];
  if (opened.length > explained)
    broken.push(`${opened.length} sessions were opened for ${explained} reasons`);
  const sent = taken(world.calls.filter(({ call }) => call === 'addToBatch'));
  const strays = sent.filter(({ entry }) => entry?.sessionId !== session.providerSessionId);
  if (strays.length > 0) broken.push(`${strays.length} files went to another account`);
  return broken;
}

/** What a batch says of the provider's list is how the list was when it was asked for. */
function listIsToldTruly(snapshot: Snapshot<BatchPlan>): string[] {
  const { world, session, tracks, atProvider } = snapshot;
  if (session.status !== 'ready' || !session.batch) return [];
  const { list } = session.batch;
  const asked = world.calls.filter(({ call, by }) => call === 'status' && by === 'Reconcile clips');
  if (list.unread !== undefined) {
    return asked.some(({ fault }) => fault !== undefined) ? [] : [`the list was not read: ${list.unread}`];
  }
  const ours = new Set(tracks.flatMap(({ clipId }) => clipId ?? []));
  const uploads = atProvider?.uploads ?? [];
  const theirsAt = (at: number) =>
    uploads.flatMap(({ resultId, finishAt = 0 }) =>
      resultId !== undefined && finishAt <= at ? [resultId] : [],
    );
  const isTrue = (theirs: readonly string[]) =>
    list.listed === theirs.length &&
    sameIds(
      list.notOurs,
      theirs.filter((id) => !ours.has(id)),
    ) &&
    sameIds(
      list.notListed,
      [...ours].filter((id) => !theirs.includes(id)),
    );
  if (!asked.some(({ entry }) => entry !== undefined && isTrue(theirsAt(entry.at)))) {
    return [`what is said of the provider's list was never so: ${JSON.stringify(list)}`];
  }
  // A clip that is no file's comes of an answer that was lost, and of nothing else.
  const strays = uploads.filter(
    ({ resultId }) => resultId !== undefined && list.notOurs.first.includes(resultId),
  );
  return strays.flatMap(({ taskId }) => {
    const trackId = world.calls.find(({ entry }) => entry?.taskId === taskId)?.trackId ?? '';
    return reasonsOf(snapshot, trackId) > 0
      ? []
      : [`a clip of file ${trackId} is nobody's, and nothing had happened to it`];
  });
}

const sameIds = (told: BatchResult['list']['notOurs'], ids: readonly string[]) =>
  told.count === ids.length && told.first.every((id) => ids.includes(id));

/** A person who has replaced every unusable file by a song has a clip of each in the end. */
function allDoneInTheEnd({ final, session, tracks }: Snapshot): string[] {
  if (!final || session.status !== 'ready') return [];
  const left = tracks.filter(({ status }) => status !== 'done' && status !== 'duplicate');
  return left.map(({ trackId, status }) => `in the end file ${trackId} is ${status}`);
}
