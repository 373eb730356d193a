import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { takenWords } from '../../../functions/shared/timeline.ts';
import { recommended } from './choices.ts';
import { counted } from './format.ts';
import { type Tally, tallyOf } from './tally.ts';

/** The three lines that a session begins with: together at most fifty words. */
export interface Sentences {
  readonly happened: string;
  readonly cost: string;
  readonly now: string;
}

interface About {
  readonly session: SessionPageAnswer;
  readonly tally: Tally;
  /** `track` of a model, `file` of a batch. */
  readonly one: 'track' | 'file';
  readonly spent: string;
  readonly toCome: number;
}

/** What happened, what it cost so far, and what to do now. */
export function sentencesOf(session: SessionPageAnswer, stored?: Stored): Sentences {
  const about: About = {
    session,
    tally: tallyOf(session.tracks),
    one: session.kind === 'batch' ? 'file' : 'track',
    spent: takenWords(session.creditsTaken ?? { surely: session.creditsSpent ?? 0, perhaps: 0 }),
    toCome: session.creditsToCome ?? 0,
  };
  return { happened: happened(about), cost: cost(about), now: now(about, stored) };
}

const ready = ({ tally: { done, all }, one, session: { kind } }: About) =>
  `${done.toLocaleString('en')} of ${counted(all, one)} ${all === 1 ? 'is' : 'are'} ready${kind === 'train' ? ' to train on' : ''}.`;

const refused = ({ tally }: About) =>
  tally.refused === 0
    ? ''
    : ` ${tally.refused === 1 ? 'One was refused.' : `${tally.refused.toLocaleString('en')} were refused.`}`;

function happened(about: About): string {
  const { session, tally, one } = about;
  switch (session.status) {
    case 'open':
      return `${counted(tally.all, one)} ${tally.all === 1 ? 'is' : 'are'} chosen; nothing was sent to the provider yet.`;
    case 'preparing':
      return 'Chirpsmith looks into the files.';
    case 'uploading':
    case 'review':
      return ready(about) + refused(about);
    case 'creating':
      return 'Chirpsmith asks the provider for the model.';
    case 'training':
      return `The provider trains on ${counted(tally.done, 'track')}.`;
    case 'generating':
      return 'The provider makes the music.';
    case 'copying':
      return 'The music is made; Chirpsmith copies its audio.';
    case 'ready':
      return whenReady(about);
    case 'failed':
      return whenFailed(about);
    case 'cancelled':
      return 'A person stopped this run.';
    case 'interrupted':
      return 'The run was cut off before its end.';
    case 'needs-decision':
      return `The provider’s answer was lost, so nobody knows whether the ${work(session)} was paid.`;
    case 'abandoned':
      return 'A person gave this session up for good.';
    case 'deleting':
      return 'The deletion of this session ended early.';
  }
}

const work = ({ kind }: SessionPageAnswer) => (kind === 'music' ? 'music' : 'training');

function whenReady(about: About): string {
  const { session } = about;
  if (session.kind === 'music') {
    const clips = session.music?.clips ?? [];
    return `${counted(clips.length, 'take')} of the music ${clips.length === 1 ? 'is' : 'are'} ready.`;
  }
  if (session.kind === 'batch') return ready(about) + refused(about);
  const without = session.missing?.length ?? 0;
  return without === 0 ? 'The model is ready.' : `The model is ready, without ${counted(without, 'file')}.`;
}

function whenFailed(about: About): string {
  const { session, tally, one } = about;
  switch (session.failure?.error) {
    case 'AudioRejected':
      return `${counted(tally.refused, one)} ${tally.refused === 1 ? 'was' : 'were'} refused, so the run stopped.`;
    case 'NotEnoughClips':
      return `${counted(tally.done, 'track')} ${tally.done === 1 ? 'is' : 'are'} ready: too few for the model.`;
    case 'TrainingFailed':
      return 'The provider says that the training failed.';
    case 'GenerationFailed':
      return 'The provider says that the music failed.';
    case 'CreditsExhausted':
      return 'The account has too few credits, so the run stopped.';
    case 'ProviderAuth':
      return 'The provider refused our key, so the run stopped.';
    case 'ProviderRefused':
      return 'The provider refused the request, so the run stopped.';
    case 'DeadlineExceeded':
      return 'The provider was not done in time, so the run stopped.';
    default:
      return 'The run stopped before its end.';
  }
}

function cost({ session, spent, toCome }: About): string {
  const { status, actions } = session;
  if (status === 'needs-decision') return `${spent}, the ${work(session)} among them.`;
  if (status === 'review') return `${spent}. The training costs ${toCome} more, after your approval.`;
  if (toCome === 0 || actions.includes('decide') || ['ready', 'abandoned', 'deleting'].includes(status)) {
    return `${spent}.`;
  }
  return `${spent}. About ${counted(toCome, 'credit')} to come.`;
}

/** How many of a session's files are in storage; nothing while that is not known. */
export interface Stored {
  readonly there: number;
  readonly all: number;
}

function whenOpen({ tally, one }: About, stored: Stored | undefined): string {
  if (stored === undefined) return 'Start it when all its files are in storage.';
  const missing = stored.all - stored.there;
  if (missing === 0)
    return tally.all === 1
      ? `Its ${one} is in storage: start it.`
      : `All ${counted(tally.all, one)} are in storage: start it.`;
  return `Send ${missing === 1 ? `the ${one}` : `the ${counted(missing, one)}`} below that ${missing === 1 ? 'is' : 'are'} not in storage, then start it.`;
}

function now(about: About, stored: Stored | undefined): string {
  const { session, tally, one } = about;
  const { status, actions, kind } = session;
  const lost = session.tracks.find((track) => track.status === 'failed' || track.status === 'rejected');
  switch (status) {
    case 'open':
      return whenOpen(about, stored);
    case 'review':
      return 'Approve the training, or cancel it. Waiting costs nothing.';
    case 'uploading':
      return `Nothing has to be done: ${tally.provider.toLocaleString('en')} at the provider, ${tally.waiting.toLocaleString('en')} waiting.`;
    case 'training':
      return 'Nothing has to be done. A training usually takes 2 to 3 min.';
    case 'ready':
      if (actions.includes('resume')) return 'Resume it, to send the files without a clip again.';
      return kind === 'train' ? 'Make music with it.' : 'Nothing has to be done.';
    case 'needs-decision':
      return recommended(session) === undefined
        ? 'Look at the provider whether it charged this, then choose below. Waiting costs nothing.'
        : 'Ask the provider once more: that costs nothing. The other ways are below; waiting costs nothing.';
    case 'deleting':
      return 'Delete it once more: that goes on where it ended.';
    case 'abandoned':
      return 'Nothing can be done any more but to delete it.';
  }
  if (actions.includes('decide')) return 'Choose below how it goes on. Waiting costs nothing.';
  if (!actions.includes('resume')) return 'Nothing has to be done.';
  if (lost?.failure?.permanent || lost?.status === 'rejected') {
    return `Put another ${one} in the place of each refused one, then resume.`;
  }
  return 'Resume it: what is done is kept, and nothing is paid twice.';
}
