import { randomUUID } from 'node:crypto';
import {
  createSessionBody,
  decideBody,
  resumeBody,
  type SessionAnswer,
} from '../../functions/api/contract/session.ts';
import { replaceTrackBody, type TrackAnswer } from '../../functions/api/contract/track.ts';
import { rightsProblem } from '../../functions/domain/rights.ts';
import { rightsSentence } from '../../functions/shared/rights-sentence.ts';

/** How a session of the fake goes on in a run: one step per look at it, the last one stays. */
export type Step = Partial<Pick<SessionAnswer, 'status' | 'modelId' | 'failure'>> & {
  readonly track?: Partial<TrackAnswer>;
};

export const modelId = 'chirp-custom:0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11';
const clip = { status: 'done', attempts: 1, clipId: 'clip' } as const;

/** The usual way to a model. */
export const toReady: readonly Step[] = [
  { status: 'preparing' },
  { status: 'uploading', track: { status: 'submitted', attempts: 1 } },
  { status: 'uploading', track: clip },
  { status: 'training', track: clip },
  { status: 'ready', track: clip, modelId },
];

/** A session of the fake, and what the contract does not show. */
export interface FakeSession {
  answer: SessionAnswer;
  readonly review: boolean;
  approved: boolean;
  runs: number;
  looks: number;
}

/** A refusal, as the API gives it. */
export class FakeProblem extends Error {
  readonly status: number;
  readonly problems: readonly { where: string; message: string }[] | undefined;

  constructor(status: number, detail: string, problems?: readonly { where: string; message: string }[]) {
    super(detail);
    this.status = status;
    this.problems = problems;
  }
}

/** A declared file of a session, as its upload is expected. */
export interface DeclaredFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** The rules of the contract over sessions in memory; what a run does is scripted. */
export function fakeSessions(runs: readonly (readonly Step[])[], asksForRights = false) {
  const sessions = new Map<string, FakeSession>();
  /** Ids of the sessions by what they are of. */
  const contents = new Map<string, string>();
  /** By `sessionId/trackId`. */
  const declared = new Map<string, DeclaredFile>();

  const find = (sessionId: string): FakeSession => {
    const session = sessions.get(sessionId);
    if (!session) throw new FakeProblem(404, `There is no session ${sessionId} of yours.`);
    return session;
  };
  const put = (session: FakeSession, change: Partial<SessionAnswer>): SessionAnswer => {
    session.answer = standing({ ...session.answer, ...change });
    return session.answer;
  };
  const begin = (session: FakeSession, change: () => Partial<SessionAnswer> = () => ({})): SessionAnswer => {
    const { status } = session.answer;
    if (status === 'ready' || underWay.has(status)) return session.answer;
    if (status === 'abandoned') throw new FakeProblem(409, 'The session was abandoned by a decision.');
    const changes = change();
    session.runs++;
    session.looks = 0;
    const { failure: _ended, ...answer } = session.answer;
    session.answer = answer;
    return put(session, { ...changes, status: 'preparing' });
  };
  /** The answer of a request with rights, which covers all files of the session here. */
  const rightsOf = (rights: boolean | undefined): Pick<SessionAnswer, 'rights'> => {
    if (rights) {
      const confirmedAt = new Date().toISOString();
      const files = { count: 0, sha256: '' };
      return { rights: { confirmedBy: 'local', confirmedAt, sentence: rightsSentence, files } };
    }
    if (!asksForRights) return {};
    throw new FakeProblem(400, 'The request cannot be used.', [rightsProblem('the request')]);
  };
  const refuse = ({ answer: { status } }: FakeSession, what: string): never => {
    throw new FakeProblem(409, `The session is "${status}": there is nothing to ${what}.`);
  };

  return {
    declared,
    find,
    list: () => [...sessions.values()].map(({ answer }) => answer).toReversed(),
    /** A session as it may stand, without the way that has led there. */
    add(answer: Partial<SessionAnswer> = {}, review = false): SessionAnswer {
      const now = new Date().toISOString();
      const session: FakeSession = {
        review,
        approved: false,
        runs: answer.status === undefined ? 0 : 1,
        looks: 0,
        answer: standing({
          sessionId: randomUUID(),
          kind: 'train',
          name: 'Night Drive',
          status: 'open',
          startedBy: 'api',
          createdAt: now,
          updatedAt: now,
          minClips: 6,
          creditsSpent: 0,
          creditsTaken: { surely: 0, perhaps: 0 },
          creditsToCome: 0,
          actions: [],
          decisions: [],
          providerCalls: 0,
          tracks: [],
          ...answer,
        }),
      };
      sessions.set(session.answer.sessionId, session);
      return session.answer;
    },
    /** The session of the same files under the same name, unless the request says again. */
    create(body: unknown): { session: SessionAnswer; existing: boolean } {
      const given = createSessionBody.parse(body);
      const { name, files, minClips = 6, review = false, again = false } = given;
      const content = [name, ...new Set(files.map(({ sha256 }) => sha256))].sort().join();
      const known = contents.get(content);
      if (known !== undefined && !again) return { session: find(known).answer, existing: true };
      if (given.onlyExisting) throw new FakeProblem(404, 'There is no session of these files.');
      const rights = rightsOf(given.rights);
      const first = new Map<string, string>();
      const tracks = files.map(({ name: file, sha256 }, index): TrackAnswer => {
        const trackId = String(index + 1).padStart(3, '0');
        const duplicateOf = first.get(sha256);
        if (duplicateOf === undefined) first.set(sha256, trackId);
        const known = { trackId, file, attempts: 0 };
        return duplicateOf === undefined
          ? { ...known, status: 'declared' }
          : { ...known, status: 'duplicate', duplicateOf };
      });
      const answer = this.add({ name, minClips, tracks, ...rights }, review);
      for (const [index, { trackId }] of tracks.entries()) {
        const file = files[index];
        if (file) declared.set(`${answer.sessionId}/${trackId}`, file);
      }
      contents.set(content, answer.sessionId);
      return { session: answer, existing: false };
    },
    /** A look at a session moves its run on by a step. */
    look(sessionId: string): SessionAnswer {
      const session = find(sessionId);
      if (!underWay.has(session.answer.status)) return session.answer;
      const steps = runs[Math.min(session.runs, runs.length) - 1] ?? [];
      const step = steps[Math.min(session.looks++, steps.length - 1)];
      if (!step) return session.answer;
      const waits = session.review && !session.approved && paid.has(step.status ?? 'open');
      const { track, ...change } = waits ? { status: 'review' as const, track: clip } : step;
      const tracks = session.answer.tracks.map((one) =>
        one.status === 'duplicate' ? one : { ...one, ...track },
      );
      return put(session, { ...change, tracks, providerCalls: 20 });
    },
    start: (sessionId: string) => begin(find(sessionId)),
    resume(sessionId: string, body: unknown): SessionAnswer {
      const { name, rights } = resumeBody.parse(body ?? {});
      const session = find(sessionId);
      const { status } = session.answer;
      if (name !== undefined && (underWay.has(status) || status === 'ready')) {
        throw new FakeProblem(409, `The session is "${status}" under its old name.`);
      }
      return begin(session, () => {
        const known = session.answer.rights === undefined ? rightsOf(rights) : {};
        if (name === undefined) return known;
        if (mayBePaid(session.answer))
          throw new FakeProblem(409, 'Create was called with the old name already.');
        return { name };
      });
    },
    approve(sessionId: string): SessionAnswer {
      const session = find(sessionId);
      if (session.answer.status !== 'review') return refuse(session, 'approve');
      session.approved = true;
      return begin(session);
    },
    decide(sessionId: string, body: unknown): SessionAnswer {
      const { choice } = decideBody.parse(body);
      const session = find(sessionId);
      if (!session.answer.actions.includes('decide')) return refuse(session, 'decide');
      const decided = [...session.answer.decisions, { choice, by: 'me', at: new Date().toISOString() }];
      if (choice === 'abandon') return put(session, { decisions: decided, status: 'abandoned' });
      return begin(session, () => ({ decisions: decided }));
    },
    cancel(sessionId: string): SessionAnswer {
      const session = find(sessionId);
      if (session.answer.status === 'cancelled') return session.answer;
      if (!session.answer.actions.includes('cancel')) return refuse(session, 'cancel');
      const reason = 'Cancelled. Nothing runs at the provider. A resume goes on from here.';
      return put(session, { status: 'cancelled', failure: { error: 'Cancelled', reason } });
    },
    remove(sessionId: string): void {
      const { status } = find(sessionId).answer;
      if (underWay.has(status))
        throw new FakeProblem(409, `The session is "${status}": cancel it before you delete it.`);
      sessions.delete(sessionId);
    },
    replace(sessionId: string, trackId: string, body: unknown): TrackAnswer {
      const file = replaceTrackBody.parse(body);
      const session = find(sessionId);
      const { tracks, status } = session.answer;
      const track = tracks.find((one) => one.trackId === trackId);
      if (!track) throw new FakeProblem(404, `The session has no track ${trackId}.`);
      if (underWay.has(status) || track.status === 'done') {
        throw new FakeProblem(
          409,
          `The file cannot be replaced now: the session is "${status}" and the track "${track.status}".`,
        );
      }
      const rights = rightsOf(file.rights);
      declared.set(`${sessionId}/${trackId}`, file);
      const replaced = { trackId, file: file.name, attempts: track.attempts, status: 'declared' } as const;
      put(session, { ...rights, tracks: tracks.map((one) => (one === track ? replaced : one)) });
      return replaced;
    },
  };
}

const underWay = new Set<SessionAnswer['status']>(['preparing', 'uploading', 'creating', 'training']);
const paid = new Set<SessionAnswer['status']>(['creating', 'training', 'ready']);

function mayBePaid({ status, failure }: SessionAnswer): boolean {
  const { error } = failure ?? {};
  return (
    paid.has(status) ||
    error === 'NeedsDecision' ||
    error === 'TrainingFailed' ||
    error === 'AudioLocked' ||
    error === 'DeadlineExceeded'
  );
}

/** The answer with what follows from how it stands: prices and actions. */
function standing(answer: SessionAnswer): SessionAnswer {
  const { status, tracks, decisions, failure } = answer;
  const uploads = tracks.reduce((sum, { attempts }) => sum + attempts, 0);
  const again = decisions.filter(({ choice }) => choice === 'create-again').length;
  const missing = tracks.filter((track) => track.status === 'declared' || track.status === 'failed').length;
  const overdue = status === 'failed' && failure?.error === 'DeadlineExceeded';
  const ended = status === 'failed' && failure?.error === 'TrainingFailed';
  const spent = uploads + 100 * again + (mayBePaid(answer) ? 100 : 0);
  const perhaps = status === 'needs-decision' ? 100 : 0;
  const actions: SessionAnswer['actions'] = [];
  if (status === 'open') actions.push('start');
  else if (status === 'review') actions.push('approve');
  else if (overdue) actions.push('resume', 'decide');
  else if (ended || status === 'needs-decision') actions.push('decide');
  else if (['failed', 'cancelled', 'interrupted'].includes(status)) actions.push('resume');
  if (underWay.has(status) || ['open', 'review', 'interrupted'].includes(status)) actions.push('cancel');
  return {
    ...answer,
    actions,
    creditsSpent: spent,
    creditsTaken:
      answer.creditsTaken.perhaps > 0 ? answer.creditsTaken : { surely: spent - perhaps, perhaps },
    creditsToCome: mayBePaid(answer) ? 0 : 100 + missing,
  };
}
