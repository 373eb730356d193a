import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { isRunning } from '../functions/domain/session.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import type { Decision } from './api-client.ts';
import type { EarlierCreate } from './events.ts';
import { leadingToProvider, type Next } from './next.ts';
import { aboutCredits, comeBack, counted, goOnCommand } from './output/format.ts';

/** Everything that a person can do with a session in this state, most likely first. */
export function nextSteps(session: SessionAnswer): readonly Next[] {
  const { sessionId, status, actions } = session;
  const steps: Next[] = [];
  if (isRunning({ status })) steps.push({ words: 'To follow it:', command: comeBack(sessionId) });
  if (status === 'deleting') {
    steps.push({ words: 'To delete the rest:', command: `npx chirpsmith delete ${sessionId}` });
  }
  for (const action of actions) steps.push(...stepsOf[action](session));
  return leadingToProvider(session, steps);
}

type Action = SessionAnswer['actions'][number];

const stepsOf: Readonly<Record<Action, (session: SessionAnswer) => readonly Next[]>> = {
  start: ({ sessionId }) => [{ words: 'To start it:', command: goOnCommand(sessionId) }],
  resume: resumeSteps,
  approve: ({ sessionId, creditsToCome }) => [
    {
      words: `To train the model, for ${counted(creditsToCome, 'credit')}:`,
      command: `npx chirpsmith approve ${sessionId}`,
    },
  ],
  decide: decideSteps,
  cancel: ({ sessionId, status }) => [
    {
      words: isRunning({ status })
        ? 'To stop it; what is paid is kept:'
        : 'To put it aside; what is paid is kept:',
      command: `npx chirpsmith cancel ${sessionId}`,
    },
  ],
};

const { minClips: fewest } = defaultSettings.limits;

/** Before the command that copies audio which was locked. */
export const unlockedWords = 'Once it is unlocked at the provider, to copy it for nothing:';

/** Errors that another name may mend, where the tracks are fine. */
const aboutName = new Set(['ProviderRefused', 'BadInput']);

function resumeSteps(session: SessionAnswer): Next[] {
  const { sessionId, failure, tracks, creditsToCome } = session;
  const steps: Next[] = [];
  // While create has not been taken, going on costs something, and tracks and name can be changed.
  const open = creditsToCome > 0 || session.kind === 'batch';
  const lost = open ? tracks.find(({ status }) => status === 'rejected' || status === 'failed') : undefined;
  const replace = lost && {
    words: 'To put another file in its place first, such as:',
    command: `npx chirpsmith replace ${sessionId} ${lost.trackId} FILE`,
  };
  const cost = open ? `, for ${aboutCredits(session)}` : '';
  const isLocked = failure?.error === 'AudioLocked';
  const words = isLocked ? unlockedWords : `To go on with it, keeping what is done${cost}:`;
  const resume = { words, command: goOnCommand(sessionId) };
  // Trying the same again cannot help.
  const refused = lost?.failure?.permanent === true || lost?.status === 'rejected';
  if (refused && replace) steps.push({ ...replace, words: `Another file for ${lost.file}, and then go on:` });
  steps.push(resume);
  if (!refused && replace) steps.push(replace);
  const clips = tracks.filter(({ status }) => status === 'done').length;
  if (failure?.error === 'NotEnoughClips' && session.kind === 'train' && clips >= fewest) {
    const command = `npx chirpsmith resume ${sessionId} --min-clips ${clips}`;
    steps.push({ words: 'To train on those that have a clip, without the others:', command });
  }
  if (open && !lost && failure && session.kind !== 'music' && aboutName.has(failure.error)) {
    const command = `npx chirpsmith resume ${sessionId} --name "New name"`;
    steps.push({ words: 'To go on with a corrected name:', command });
  }
  return steps;
}

export function earlierCreate({ failure, actions }: SessionAnswer): EarlierCreate {
  if (!actions.includes('decide')) return 'none';
  const { error } = failure ?? {};
  if (error === 'TrainingFailed' || error === 'GenerationFailed' || error === 'ProviderContradiction')
    return 'failed';
  return failure?.error === 'DeadlineExceeded' ? 'overdue' : 'in-doubt';
}

/** What calling again costs, by what the session is for. */
export function priceAgain({ kind }: SessionAnswer): number {
  return kind === 'music' ? defaultSettings.prices.generate : defaultSettings.prices.create;
}

function decideSteps(session: SessionAnswer): Next[] {
  const command = (choice: Decision) => `npx chirpsmith decide ${session.sessionId} --${choice}`;
  const price = counted(priceAgain(session), 'credit');
  const isMusic = session.kind === 'music';
  const words =
    earlierCreate(session) === 'in-doubt'
      ? `To ${isMusic ? 'ask for it' : 'call create'} again, which may cost ${price} a second time:`
      : `To ${isMusic ? 'make it' : 'train'} once more, for another ${price}:`;
  const steps = [
    { words, command: command('create-again') },
    { words: 'To give it up for good:', command: command('abandon') },
  ];
  // Where a resume is possible, it asks the provider as well.
  // Of music whose answer was lost the task is unknown, so its status cannot be asked for.
  const nobodyToAsk = isMusic && earlierCreate(session) === 'in-doubt';
  if (nobodyToAsk || session.actions.includes('resume')) return steps;
  return [
    { words: 'To ask the provider once more, for nothing:', command: command('check-again') },
    ...steps,
  ];
}
