import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { takenWords } from '../../../functions/shared/timeline.ts';
import type { CallAnswer } from '../../../functions/shared/timeline-words.ts';
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
export function sentencesOf(session: SessionPageAnswer): Sentences {
  const about: About = {
    session,
    tally: tallyOf(session.tracks),
    one: session.kind === 'batch' ? 'file' : 'track',
    spent:
      session.status === 'needs-decision' || session.creditsTaken === undefined
        ? counted(session.creditsSpent ?? 0, 'credit')
        : takenWords(session.creditsTaken),
    toCome: session.creditsToCome ?? 0,
  };
  return { happened: happened(about), cost: cost(about), now: now(about) };
}

const ready = ({ tally: { done, all }, one, session: { kind } }: About) =>
  `${done.toLocaleString('en')} of ${counted(all, one)} ${all === 1 ? 'is' : 'are'} ready${kind === 'train' ? ' to train on' : ''}.`;

const refused = ({ tally }: About) =>
  tally.refused === 0
    ? ''
    : ` ${tally.refused === 1 ? 'One cannot be used.' : `${tally.refused.toLocaleString('en')} cannot be used.`}`;

function happened(about: About): string {
  const { session, tally, one } = about;
  switch (session.status) {
    case 'open':
      return `${counted(tally.all, one)} ${tally.all === 1 ? 'is' : 'are'} declared; nothing has been started.`;
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

/** What went another way than planned, of the calls for files; nothing when none did. */
export function detoursOf({ rows }: Pick<TimelineAnswer, 'rows'>): string {
  const withAnswer = (...answers: readonly CallAnswer[]) =>
    rows.filter(({ calls }) => calls.some(({ answer }) => answers.includes(answer))).length;
  const [away, lost] = [withAnswer('turned-away', 'unreachable'), withAnswer('lost')];
  const were = (count: number) => (count === 1 ? 'was' : 'were');
  return [
    ...(away === 0 ? [] : [`${counted(away, 'upload')} ${were(away)} turned away at first.`]),
    ...(lost === 0
      ? []
      : [`${lost === 1 ? 'The answer' : 'Answers'} to ${counted(lost, 'upload')} ${were(lost)} lost.`]),
  ].join(' ');
}

/** What the balance before and after a create says whose answer was lost; nothing where it was not read twice. */
export function balanceSign({ balances = [], work, rows }: TimelineAnswer): string | undefined {
  const create = work.findLast(({ call, answer }) => call === 'create' && answer !== 'taken');
  if (create === undefined) return undefined;
  const before = balances.findLast(({ at }) => at <= create.at);
  const after = balances.findLast(({ at }) => at > create.at);
  if (before === undefined || after === undefined) return undefined;
  const between = rows.flatMap(({ calls }) => calls).filter(({ at }) => at >= before.at && at <= after.at);
  const sumOf = (charge: string) =>
    between.reduce((all, call) => (call.charge === charge ? all + call.credits : all), 0);
  const number = (credits: number) => credits.toLocaleString('en');
  const gone = before.credits - after.credits;
  return [
    `The account had ${counted(before.credits, 'credit')} before, and ${number(after.credits)} after: ${number(gone)} less.`,
    `Its uploads in between took ${takenWords({ surely: sumOf('surely'), perhaps: sumOf('perhaps') })}.`,
    'What else was paid from it is in that, too.',
  ].join(' ');
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
      return `${counted(tally.refused, one)} cannot be used, so the run stopped.`;
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
  if (status === 'needs-decision')
    return `At most ${spent}, with the ${work(session)} that was perhaps paid.`;
  if (status === 'review') return `${spent}. The training costs ${toCome} more, after your approval.`;
  if (toCome === 0 || actions.includes('decide') || ['ready', 'abandoned', 'deleting'].includes(status)) {
    return `${spent}.`;
  }
  return `${spent}. About ${counted(toCome, 'credit')} to come.`;
}

function now({ session, tally, one }: About): string {
  const { status, actions, kind } = session;
  const lost = session.tracks.find((track) => track.status === 'failed' || track.status === 'rejected');
  switch (status) {
    case 'open':
      return 'Start it when all its files are in storage.';
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
      return 'Choose one of three below. Nothing goes on by itself, and waiting costs nothing.';
    case 'deleting':
      return 'Delete it once more: that goes on where it ended.';
    case 'abandoned':
      return 'Nothing can be done any more but to delete it.';
  }
  if (actions.includes('decide')) return 'Choose one of three below. Waiting costs nothing.';
  if (!actions.includes('resume')) return 'Nothing has to be done.';
  if (lost?.failure?.permanent || lost?.status === 'rejected') {
    return `Put another ${one} in the place of each that cannot be used, then resume.`;
  }
  return 'Resume it: what is done is kept, and nothing is paid twice.';
}
