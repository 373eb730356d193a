import type { Download } from '../../../packages/audio-inspection/download.ts';
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
 * a failed download is tried again by the schedule, and reported at its deadline.
 * @throws ChirpsmithError DeadlineExceeded with the reason of each clip that is missing
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

  for (const { clipId } of missing) {
    const found = await audioOf(clipId, links, (url) => deps.download(url, dialect));
    if ('trouble' in found) {
      session = await note(session, store, { clipId, trouble: found.trouble });
      continue;
    }
    const key = clipKey(sessionId, clipId, found.extension);
    await deps.keep(key, found);
    const { format, durationSeconds, bytes } = found;
    const kept = { clipId, key, format, durationSeconds, size: bytes.length, trouble: undefined };
    session = await note(session, store, kept);
  }

  const without = musicOf(session).clips.filter(({ key }) => key === undefined);
  if (without.length === 0) {
    if (session.status === 'copying') await store.updateSession(session, { status: 'ready' });
    return at('done', 0, checks + 1);
  }
  if (waited < schedule.deadline) {
    return at('waiting', untilNextCheck(schedule, waited, links?.trouble), checks + 1);
  }
  const all = musicOf(session).clips.length;
  const reasons = without.map(({ clipId, trouble }) => `clip ${clipId}: ${trouble}`);
  throw new ChirpsmithError(
    'DeadlineExceeded',
    `The music is made and paid, but the audio of ${without.length} of ${all} clips could not be copied in ${inProviderSeconds(waited, deps.settings)} (${reasons.join('; ')}). A resume tries again, for nothing.`,
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

async function audioOf(
  clipId: string,
  links: Links,
  download: (url: string) => Promise<Download>,
): Promise<Download> {
  if (links?.trouble) return { trouble: links.trouble.message };
  const { audioUrl, word } = links?.answer?.clips?.find((clip) => clip.clipId === clipId) ?? {};
  if (audioUrl !== undefined) return download(audioUrl);
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
