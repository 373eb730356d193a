import { withNews } from '../../domain/journal.ts';
import { musicOf } from '../../domain/music.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, isContradiction } from '../../shared/errors.ts';
import { inProviderSeconds } from '../../shared/schedule.ts';
import type { Settings } from '../../shared/settings.ts';
import { type MusicState, mostEmptySuccesses } from '../../shared/state-contracts.ts';
import { ended, failPaidTask, isCallDue, throwEarlierFailure } from '../paid-task.ts';
import { asked, checkMoments, failureOf, positionAtCheck, untilNextCheck } from '../polling.ts';
import type { state } from './state.ts';

export type CheckMusicDeps = Deps<typeof state>;

/**
 * `Check music`: asks for the status of the task, and records its clips when it has succeeded. An answer that was lost has
 * left no task to ask about, so it ends the run undecided.
 * @throws ChirpsmithError GenerationFailed with the provider's reason; ProviderContradiction; NeedsDecision; DeadlineExceeded;
 *   ProviderThrottled or ProviderUnreachable when the call was refused too often
 */
export async function checkMusic(state: MusicState, deps: CheckMusicDeps): Promise<MusicState> {
  const { store, providerOf } = deps;
  const { schedules } = deps.settings;
  const position = positionAtCheck(state);
  const { waited, total, at } = position;

  const session = await store.requireSession(state.sessionId);
  const { create } = session;
  if (create.fence === 'ready') return at('done');
  const { deadline } = schedules.music;
  if (isCallDue(session, state, { what: 'make the music', total, deadline }, deps.settings))
    return at('again');
  throwEarlierFailure(session, { error: 'GenerationFailed', reason: 'The music failed.' });
  if (create.taskId === undefined) throw undecided(create.lost, deps.settings);
  // Asked once in each loop: the task of another session is not this music.
  const contradiction = state.checks === 0 ? await anothersTask(session, create.taskId, store) : undefined;
  if (contradiction !== undefined) throw undecided(contradiction, deps.settings);

  const checks = state.checks + 1;
  const { answer, trouble, last } = await asked(
    providerOf(musicOf(session).dialect).status(create.taskId, 'music'),
  );
  const now = deps.now();
  const checkedAt = checkMoments(state, create.requestedAt, now);
  const end = { checks, checkedAt, at: now, provider: answer?.provider };
  /** The music has ended without clips. */
  const fail = (error: 'GenerationFailed' | 'ProviderContradiction', reason: string) =>
    failPaidTask(session, { error, reason }, end, store);

  if (answer?.phase === 'succeeded' && answer.clips !== undefined) {
    try {
      for (const { clipId } of answer.clips) await store.claimId(session, 'clip', clipId);
    } catch (error) {
      if (!isContradiction(error)) throw error;
      return fail('ProviderContradiction', error.message);
    }
    const clips = answer.clips.map(({ audioUrl: _url, word: _word, locked: _lock, ...clip }) => clip);
    await store.updateSession(session, {
      status: 'copying',
      music: { ...musicOf(session), clips },
      failure: undefined,
      ...ended(session, 'ready', end),
    });
    return at('done', 0, 0);
  }

  const reason = failureOf(answer, 'music');
  if (reason !== undefined) return fail('GenerationFailed', reason);

  const emptySuccesses = position.emptySuccesses(answer);
  if (emptySuccesses >= mostEmptySuccesses) {
    const words = `The provider calls the music "${answer?.status}", but its answer holds no clip that can be read.`;
    return fail('ProviderContradiction', words);
  }

  if (total >= deadline) {
    const time = inProviderSeconds(total, deps.settings);
    throw new ChirpsmithError(
      'DeadlineExceeded',
      `The music was not done after ${time} (${last}). It may still end well: a resume looks again; a second call would be paid again.`,
    );
  }
  return {
    ...at('waiting', untilNextCheck(schedules.music, waited, trouble), checks),
    checkedAt,
    emptySuccesses,
  };
}

function undecided(lost: string | undefined, { prices }: Settings): ChirpsmithError {
  const what = lost === undefined ? '' : ` (${lost})`;
  return new ChirpsmithError(
    'NeedsDecision',
    `The answer to the call was lost${what}, and with it the task, so its status cannot be asked for. About ${prices.generate} credits may have been taken or not; a second call may cost them again.`,
  );
}

/** Is the task another session's? Then no answer has given one for this music, and its call is in doubt. */
async function anothersTask(
  session: Session,
  taskId: string,
  store: CheckMusicDeps['store'],
): Promise<string | undefined> {
  try {
    await store.claimId(session, 'task', taskId);
    return undefined;
  } catch (error) {
    if (!isContradiction(error)) throw error;
    const { taskId: _anothers, ...create } = session.create;
    const news = { answer: 'lost', words: error.message } as const;
    await store.updateSession(session, {
      create: { ...create, fence: 'unknown', lost: error.message },
      journal: withNews(session.journal, news, create.callId),
    });
    return error.message;
  }
}
