import type { Download, DownloadedAudio } from '../../../packages/audio-inspection/download.ts';
import { musicOf } from '../../domain/music.ts';
import { clipKey } from '../../domain/object-keys.ts';
import { clipSchema, type MusicClipRecord, type Session } from '../../domain/session.ts';
import type { MusicProvider, TaskStatus } from '../../provider/provider.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { inProviderSeconds } from '../../shared/schedule.ts';
import type { CopyAudioState } from '../../shared/state-contracts.ts';
import { asked, positionAtCheck, type Report, untilNextCheck } from '../polling.ts';
import type { state } from './state.ts';

export type CopyAudioDeps = Deps<typeof state>;

/**
 * `Copy audio`: copies the audio of every clip into the bucket, because the provider's links expire. Each run
 * requests new links and stores none. A clip can be complete while its link still answers 403, so
 * a failed download is tried again by the schedule, and reported at its deadline. A clip that the provider calls locked
 * is not waited for: only a person can unlock it.
 * @throws ChirpsmithError AudioLocked when all that is missing is locked; DeadlineExceeded with the reason of each clip
 *   that is missing
 */
export async function copyAudio(state: CopyAudioState, deps: CopyAudioDeps): Promise<CopyAudioState> {
  const { store, providerOf } = deps;
  const schedule = deps.settings.schedules.audio;
  const { sessionId, checks = 0 } = state;
  const { waited, at } = positionAtCheck(state);

  let session = await store.requireSession(sessionId);
  // Begun again by a resume, after it had failed for want of audio.
  if (session.status === 'preparing') session = await store.updateSession(session, { status: 'copying' });
  const { dialect, clips } = musicOf(session);
  const missing = clips.filter(({ key }) => key === undefined);
  const links = missing.length > 0 ? await linksOf(session, providerOf(dialect)) : undefined;
  const lockedTwice = new Set<string>();

  for (const { clipId, locked: before } of missing) {
    const found = await audioOf(clipId, links, (url) => deps.download(url, dialect));
    if ('trouble' in found) {
      const { trouble, locked } = found;
      session = await note(session, store, { clipId, trouble, locked });
      // Twice in one run: a provider may unlock a clip by itself a moment after it is done.
      if (checks > 0 && before === 'yes' && locked === 'yes') lockedTwice.add(clipId);
      continue;
    }
    const key = clipKey(sessionId, clipId, found.extension);
    await deps.keep(key, found);
    const { format, durationSeconds, bytes } = found;
    const kept = { clipId, key, format, durationSeconds, size: bytes.length };
    session = await note(session, store, { ...kept, trouble: undefined, locked: undefined });
  }

  const without = musicOf(session).clips.filter(({ key }) => key === undefined);
  if (without.length === 0) {
    if (session.status === 'copying') await store.updateSession(session, { status: 'ready' });
    return at('done', 0, checks + 1);
  }
  const count = `${without.length} of ${musicOf(session).clips.length} clips`;
  if (without.every(({ clipId }) => lockedTwice.has(clipId))) {
    const ids = without.map(({ clipId }) => clipId).join(', ');
    throw new ChirpsmithError(
      'AudioLocked',
      `The music is made and paid, but the provider keeps the audio of ${count} locked (${ids}). An account is reported to have a number of unlocks a month. Unlock them at the provider, then resume: that copies them for nothing.`,
    );
  }
  if (waited < schedule.deadline) {
    return at('waiting', untilNextCheck(schedule, waited, links?.trouble), checks + 1);
  }
  const reasons = without.map(({ clipId, trouble }) => `clip ${clipId}: ${trouble}`);
  const maybe = without.filter(({ locked }) => locked === 'perhaps').map(({ clipId }) => clipId);
  const hint =
    maybe.length === 0
      ? ''
      : ` A link that answers 403 may belong to a clip that is locked (${maybe.join(', ')}): if so, unlock it at the provider first.`;
  throw new ChirpsmithError(
    'DeadlineExceeded',
    `The music is made and paid, but the audio of ${count} could not be copied in ${inProviderSeconds(waited, deps.settings)} (${reasons.join('; ')}). A resume tries again, for nothing.${hint}`,
  );
}

type Links = Report<TaskStatus<'music'>> | undefined;

async function linksOf(
  { create, sessionId }: Session,
  provider: Pick<MusicProvider, 'status'>,
): Promise<Links> {
  if (create.taskId === undefined)
    throw new ChirpsmithError('Unexpected', `Session ${sessionId} has no task.`);
  return asked(provider.status(create.taskId, 'music'));
}

/** The audio of a clip, or why there is none, and whether it is locked. */
async function audioOf(
  clipId: string,
  links: Links,
  download: (url: string) => Promise<Download>,
): Promise<DownloadedAudio | (Pick<MusicClipRecord, 'locked'> & { readonly trouble: string })> {
  if (links?.trouble) return { trouble: links.trouble.message };
  const { audioUrl, word, locked } = links?.answer?.clips?.find((clip) => clip.clipId === clipId) ?? {};
  if (audioUrl !== undefined) {
    const found = await download(audioUrl);
    if (!('trouble' in found)) return found;
    const { trouble, status } = found;
    return status === 403 ? { trouble, locked: locked ? 'yes' : 'perhaps' } : { trouble };
  }
  if (locked) return { trouble: 'The provider keeps its audio locked.', locked: 'yes' };
  const what = word === undefined ? '' : `: it calls the clip "${word}"`;
  return { trouble: `The provider gives no link to the audio yet${what}.` };
}

/** Records one clip. Another write of the record in between is kept. */
async function note(
  { sessionId }: Session,
  store: CopyAudioDeps['store'],
  known: { [K in keyof MusicClipRecord]?: MusicClipRecord[K] | undefined } & { clipId: string },
): Promise<Session> {
  return store.changeSession(sessionId, (session) => {
    const music = musicOf(session);
    const clips = music.clips.map((clip) =>
      clip.clipId === known.clipId ? clipSchema.parse({ ...clip, ...known }) : clip,
    );
    return { music: { ...music, clips } };
  });
}
