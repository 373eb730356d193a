import { musicOf } from '../../domain/music.ts';
import { mayCall, type Session } from '../../domain/session.ts';
import { ProviderError, type TaskStatus } from '../../provider/provider.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, isContradiction } from '../../shared/errors.ts';
import { nextWait, toldSeconds } from '../../shared/schedule.ts';
import type { Settings } from '../../shared/settings.ts';
import { hollowChecks, type MusicState } from '../../shared/state-contracts.ts';
import { readMachineError } from '../../shared/step-functions-error.ts';
import type { state } from './state.ts';

export type CheckMusicDeps = Deps<typeof state>;

/**
 * `Check music`: asks how the task stands, and writes its clips down when it is done. An answer that was lost has
 * left no task to ask about, so it ends the run undecided.
 * @throws ChirpsmithError GenerationFailed with the provider's words; ProviderContradiction; NeedsDecision; DeadlineExceeded;
 *   ProviderThrottled or ProviderUnreachable when the call was refused too often
 */
export async function checkMusic(state: MusicState, deps: CheckMusicDeps): Promise<MusicState> {
  const { store, providerOf } = deps;
  const { schedules, limits } = deps.settings;
  const waited = state.waited + state.wait;
  const total = state.total + state.wait;
  const at = (verdict: MusicState['verdict'], wait = 0, checks = state.checks): MusicState => {
    return { ...state, verdict, wait, waited, total, checks };
  };

  const session = await store.requireSession(state.sessionId);
  const { create } = session;
  if (create.fence === 'ready') return at('done');
  if (mayCall(session)) {
    if (state.refusals < limits.createCalls) {
      if (total < schedules.music.deadline) return at('again');
      throw new ChirpsmithError(
        'DeadlineExceeded',
        `The provider did not take the call within ${toldSeconds(total, deps.settings)}.`,
      );
    }
    const { name, reason } = state.lost
      ? readMachineError(state.lost)
      : {
          name: 'ProviderThrottled' as const,
          reason: `${state.refusals} calls ended before the provider took them`,
        };
    const nothing = create.fence === 'none' ? 'nothing was paid' : 'nothing was paid for this call';
    throw new ChirpsmithError(name, `Music could not be asked for, and ${nothing}: ${reason}`);
  }
  if (create.fence === 'failed') {
    const { error = 'GenerationFailed', reason = 'The music failed.' } = session.failure ?? {};
    throw new ChirpsmithError(error, reason);
  }
  if (create.taskId === undefined) throw undecided(create.lost, deps.settings);
  // Asked once in each loop: the task of another session is not this music.
  const contradiction = state.checks === 0 ? await anothersTask(session, create.taskId, store) : undefined;
  if (contradiction !== undefined) throw undecided(contradiction, deps.settings);

  const checks = state.checks + 1;
  const ended = { finishedAt: deps.now(), checks: create.checks + checks };
  let answer: TaskStatus | undefined;
  let trouble: ProviderError | undefined;
  try {
    answer = await providerOf(musicOf(session).dialect).status(create.taskId);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    trouble = error;
  }

  /** It has ended, and there is no music. */
  const end = async (error: 'GenerationFailed' | 'ProviderContradiction', reason: string): Promise<never> => {
    await store.updateSession(session, {
      failure: { error, reason, at: deps.now() },
      create: { ...create, ...ended, fence: 'failed' },
    });
    throw new ChirpsmithError(error, reason);
  };

  if (answer?.phase === 'succeeded' && answer.clips !== undefined) {
    try {
      for (const { clipId } of answer.clips) await store.claimId(session, 'clip', clipId);
    } catch (error) {
      if (!isContradiction(error)) throw error;
      return end('ProviderContradiction', error.message);
    }
    const clips = answer.clips.map(({ audioUrl: _url, word: _word, ...clip }) => clip);
    await store.updateSession(session, {
      status: 'copying',
      music: { ...musicOf(session), clips },
      failure: undefined,
      create: { ...create, ...ended, fence: 'ready' },
    });
    return at('done', 0, 0);
  }

  if (answer?.phase === 'failed' || answer?.phase === 'timed-out') {
    const words =
      answer.failReason ?? `The provider ended the music as "${answer.status}" and gave no reason.`;
    return end('GenerationFailed', words);
  }

  const hollow = (state.hollow ?? 0) + (answer?.phase === 'succeeded' ? 1 : 0);
  if (hollow >= hollowChecks) {
    const words = `The provider calls the music "${answer?.status}", but its answer holds no clip that can be read.`;
    return end('ProviderContradiction', words);
  }

  if (total >= schedules.music.deadline) {
    const last = trouble?.message ?? `its last word was "${answer?.status}"`;
    throw new ChirpsmithError(
      'DeadlineExceeded',
      `The music was not done after ${toldSeconds(total, deps.settings)} (${last}). It may still end well: a resume looks again; a second call would be paid again.`,
    );
  }
  const wait = Math.max(nextWait(schedules.music, waited), Math.ceil(trouble?.retryAfter ?? 0));
  return { ...at('waiting', wait, checks), hollow };
}

function undecided(lost: string | undefined, { prices }: Settings): ChirpsmithError {
  const what = lost === undefined ? '' : ` (${lost})`;
  return new ChirpsmithError(
    'NeedsDecision',
    `The answer to the call was lost${what}, and with it the task, so nobody can ask how it stands. About ${prices.generate} credits may have been taken or not; a second call may cost them again.`,
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
    await store.updateSession(session, { create: { ...create, fence: 'unknown', lost: error.message } });
    return error.message;
  }
}
