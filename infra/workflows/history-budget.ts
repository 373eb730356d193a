import {
  backoffDelay,
  earliestChecks,
  firstWait,
  type LearnedKind,
  nextWait,
  type Schedule,
  soonerChecks,
  withChecks,
} from '../../functions/shared/schedule.ts';
import type { Settings } from '../../functions/shared/settings.ts';
import { state as checkTraining } from '../../functions/workflow/check-training/state.ts';
import { state as checkUpload } from '../../functions/workflow/check-upload/state.ts';
import { state as createModel } from '../../functions/workflow/create-model/state.ts';
import { state as enoughClips } from '../../functions/workflow/enough-clips/state.ts';
import { state as inspectFile } from '../../functions/workflow/inspect-file/state.ts';
import { state as prepareBatch } from '../../functions/workflow/prepare-batch/state.ts';
import { state as prepareSession } from '../../functions/workflow/prepare-session/state.ts';
import { state as reconcileClips } from '../../functions/workflow/reconcile-clips/state.ts';
import { state as recordFailure } from '../../functions/workflow/record-failure/state.ts';
import { state as submitUpload } from '../../functions/workflow/submit-upload/state.ts';
import { repetitionsOf } from './retry-policies.ts';

/** Events after which Step Functions ends a Standard execution (its quotas, documented). */
export const historyQuota = 25_000;

/** Bytes that a state, or the results of a Map, may have (documented). */
export const stateQuota = 256 * 1024;

/** Iterations of an inline Map at once (documented). */
const iterationsQuota = 40;

/** Slices whose ends fit into one state, were each to fail with the longest error of our functions (8 KiB). */
export const mostSlices = 24;

/** Executions that a Distributed Map may have running at once (documented). */
export const childrenQuota = 10_000;

/** Seconds after which a Standard execution ends in any case: a year (documented). */
const longestExecution = 365 * 24 * 60 * 60;

/** How often the machine may repeat each kind of task when every attempt fails. */
export interface Repetitions {
  readonly prepare: number;
  readonly submitUpload: number;
  readonly checkUpload: number;
  readonly enoughClips: number;
  readonly createModel: number;
  readonly checkTraining: number;
  readonly recordFailure: number;
}

/** As the machine's policies have it. */
export const repetitions: Repetitions = {
  prepare: repetitionsOf(prepareSession),
  submitUpload: repetitionsOf(submitUpload),
  checkUpload: repetitionsOf(checkUpload),
  enoughClips: repetitionsOf(enoughClips),
  createModel: repetitionsOf(createModel),
  checkTraining: repetitionsOf(checkTraining),
  recordFailure: repetitionsOf(recordFailure),
};

export interface BatchRepetitions
  extends Pick<Repetitions, 'submitUpload' | 'checkUpload' | 'recordFailure'> {
  readonly prepareBatch: number;
  readonly inspectFile: number;
  readonly reconcileClips: number;
}

/** The same of `upload-batch`. */
export const batchRepetitions: BatchRepetitions = {
  prepareBatch: repetitionsOf(prepareBatch),
  inspectFile: repetitionsOf(inspectFile),
  submitUpload: repetitionsOf(submitUpload),
  checkUpload: repetitionsOf(checkUpload),
  reconcileClips: repetitionsOf(reconcileClips),
  recordFailure: repetitionsOf(recordFailure),
};

// Events as the service counts them: a task enters, is scheduled, started and ended for every attempt, and
// exits; a Wait, Choice or Pass enters and exits; a Map also starts and ends, and so does each of its rounds.
/** Events of a task all of whose repetitions are used. */
export const taskEvents = (repeated: number): number => 2 + 3 * (1 + repeated);
/** Events of a Wait, Choice or Pass. */
export const plainEvents = 2;
const map = 4;
const mapRound = 2;
/** A Distributed Map enters, starts, starts and ends its run, ends and exits. */
const distributedMap = 6;
/** The execution's start and end, and the state that says how it failed. */
const frame = 4;

/** How the tracks of a training are spread over child executions. */
export interface Slices {
  /** Most tracks of one slice. */
  readonly tracks: number;
  /** Of one slice, tracks on their way to the provider at the same time. */
  readonly tracksAtOnce: number;
  /** Slices under way at the same time. */
  readonly slicesAtOnce: number;
}

/**
 * As few slices as their histories allow, and together as many tracks at once as the settings say. At least one track
 * is in each, however bad its worst case: `requireBoundedHistory` refuses settings under which not even one fits.
 */
export function slicesOf(settings: Settings): Slices {
  const { concurrency, maxTracks } = settings.limits;
  const track = worstSlice(settings, 2) - worstSlice(settings, 1);
  const fitting = Math.floor((historyQuota - 1 - worstSlice(settings, 0)) / track);
  const tracks = Math.max(1, Math.min(fitting, iterationsQuota, maxTracks));
  const slicesAtOnce = Math.ceil(Math.min(concurrency, maxTracks) / tracks);
  // Where all tracks go at once, the slices may have room to spare; else they come to no more than the settings say.
  if (concurrency >= maxTracks) {
    const each = Math.ceil(maxTracks / slicesAtOnce);
    return { tracks: each, tracksAtOnce: each, slicesAtOnce };
  }
  const tracksAtOnce = Math.floor(concurrency / slicesAtOnce);
  return { tracks: slicesAtOnce > 1 ? tracksAtOnce : tracks, tracksAtOnce, slicesAtOnce };
}

/** Child executions that the tracks of the longest session take. */
export const slicesOfLongest = (settings: Settings): number =>
  Math.ceil(settings.limits.maxTracks / slicesOf(settings).tracks);

/** Most events of one slice's own execution, every track at its worst. @param tracks how many it has */
export function worstSlice(
  settings: Settings,
  tracks: number,
  repeated: Pick<Repetitions, 'submitUpload' | 'checkUpload'> = repetitions,
): number {
  return frame + map + tracks * (mapRound + worstUpload(settings, repeated) + plainEvents);
}

/**
 * Most events that `train-model` can come to under these settings, for every behaviour of the provider and of AWS: its
 * preparation and its training at their worst, every call to a function failing as often as it is repeated. However many
 * its tracks are, their Map is six of them: {@link worstSlice} has the events of the tracks.
 */
export function worstHistory(settings: Settings, repeated: Repetitions = repetitions): number {
  // Round after round it waits and asks whether it is prepared.
  const prepare = settings.limits.prepareCalls * (taskEvents(repeated.prepare) + 2 * plainEvents);
  const ends = prepare + taskEvents(repeated.enoughClips) + taskEvents(repeated.recordFailure);
  const review = plainEvents;
  return frame + ends + review + distributedMap + worstTraining(settings, repeated);
}

/** The schedule with each list of moments that a run may follow: its own, and the earliest that may be learned. */
const withAnyChecks = (
  schedule: Schedule,
  kind: LearnedKind,
  own: readonly (readonly number[])[],
): Schedule[] =>
  [...own, ...(schedule.learn ? [earliestChecks[kind]] : [])].map((checks) => withChecks(schedule, checks));

/**
 * Most events of one track's loop in a session of any number of tracks: checked as often as the schedule allows until the deadline,
 * submitted as often as it may be, throttled in between.
 */
export function worstUpload(
  { schedules, limits }: Settings,
  repeated: Pick<Repetitions, 'submitUpload' | 'checkUpload'> = repetitions,
): number {
  const { upload } = schedules;
  const lists = [upload.checks, ...(upload.byTracks ?? []).map(({ checks }) => checks)];
  const ways = withAnyChecks(upload, 'upload', lists).map((schedule) =>
    mostEvents({
      schedule,
      submit: taskEvents(repeated.submitUpload),
      check: taskEvents(repeated.checkUpload),
      submissions: limits.uploadAttempts,
      refusals: Number.POSITIVE_INFINITY,
    }),
  );
  return Math.max(...ways);
}

/** Most events of the training's loop: create throttled or cut off as often as it may be called. */
export function worstTraining({ schedules, limits }: Settings, repeated: Repetitions = repetitions): number {
  const { training } = schedules;
  const lists = [training.checks, soonerChecks(training.checks)];
  const ways = withAnyChecks(training, 'training', lists).map((schedule) =>
    mostEvents({
      schedule,
      settle: schedules.settle,
      // When create is cut off, the way leads over `Answer lost`.
      submit: taskEvents(repeated.createModel) + plainEvents,
      check: taskEvents(repeated.checkTraining),
      submissions: 1,
      refusals: limits.createCalls,
    }),
  );
  return Math.max(...ways);
}

/**
 * Seconds after which the machine itself gives up: twice what the deadlines of its loops come to, an hour on
 * top for repeated tasks. Only a provider that asks for absurd waits (`Retry-After`) gets there.
 */
export function longestRun(settings: Settings): number {
  const { schedules } = settings;
  const { tracks, tracksAtOnce, slicesAtOnce } = slicesOf(settings);
  const turns = Math.ceil(slicesOfLongest(settings) / slicesAtOnce) * Math.ceil(tracks / tracksAtOnce);
  return 2 * (turns * schedules.upload.deadline + schedules.training.deadline) + 3600;
}

/** Most events of the execution that one file of a batch has for itself. */
export function worstFile(settings: Settings, repeated: BatchRepetitions = batchRepetitions): number {
  return frame + taskEvents(repeated.inspectFile) + worstUpload(settings, repeated) + plainEvents;
}

/**
 * Most events of a batch's own execution. However many its files are, the Map is six of them: each file's own are in
 * the history of its own execution.
 */
export function worstBatch(
  { limits, schedules: { settle } }: Settings,
  repeated: BatchRepetitions = batchRepetitions,
): number {
  const prepare = limits.prepareCalls * (taskEvents(repeated.prepareBatch) + 2 * plainEvents);
  // At once, then by the settle schedule until its deadline.
  let rounds = 1;
  for (let waited = 0; waited < settle.deadline; waited += nextWait(settle, waited)) rounds++;
  const compare = rounds * (taskEvents(repeated.reconcileClips) + 2 * plainEvents);
  return frame + prepare + distributedMap + compare + taskEvents(repeated.recordFailure);
}

/** Bytes of the largest state of a batch: the ids of all its files, `"00001",` each, and the session's own. */
export function largestBatchState({ limits }: Settings): number {
  return limits.maxBatchFiles * 8 + 512;
}

/** Bytes of what the files' executions leave together: `{},` each. The service gathers it before it is dropped. */
export function largestBatchResult({ limits }: Settings): number {
  return limits.maxBatchFiles * 3 + 2;
}

/** Seconds after which a batch is ended from outside: twice what its loops' deadlines come to, and an hour. */
export function longestBatch({ limits, schedules }: Settings): number {
  const turns = Math.ceil(limits.maxBatchFiles / limits.batchConcurrency);
  return Math.min(longestExecution, 2 * turns * schedules.upload.deadline + 3600);
}

export interface Loop {
  readonly schedule: Schedule;
  /** Followed first when the answer to a submission was lost. */
  readonly settle?: Schedule;
  /** Events of one task of each kind, all its repetitions included. */
  readonly submit: number;
  readonly check: number;
  /** Submissions that may be taken. */
  readonly submissions: number;
  /** Submissions in a row that may be throttled. */
  readonly refusals: number;
}

/** What was computed before, by the loop: a synthesis asks for the same one many times. */
const computed = new Map<string, number>();

/** The most events of one submit → wait → check loop: the longest path through all that can happen in it. */
export function mostEvents(loop: Loop): number {
  const key = JSON.stringify(loop);
  const most = computed.get(key) ?? longestPath(loop);
  computed.set(key, most);
  return most;
}

function longestPath(loop: Loop): number {
  const { schedule, settle = schedule } = loop;
  const round = plainEvents + loop.check + plainEvents;
  // Checked without an end, it is too long already: what more could happen would take a deeper search than a stack holds.
  let checks = 0;
  for (let waited = 0; waited < schedule.deadline; waited += nextWait(schedule, waited)) checks++;
  const least = loop.submit + checks * round;
  if (least >= historyQuota) return least;
  // Each is needed some ten thousand times, and so is what follows: it makes no lists.
  const waitsOf = (one: Schedule) => {
    const known: number[] = [];
    return (waited: number) => (known[waited] ??= nextWait(one, waited));
  };
  const [waitToCheck, waitToSettle] = [waitsOf(schedule), waitsOf(settle)];
  const firstWaits = [
    ...earliest(schedule),
    // The step was cut off after all was done; repeated, it finds the task and has it checked at once.
    0,
    // The answer was lost: looked into at once, as create is, or handed over again, as an upload is.
    settle.checks[0] ?? settle.every,
    backoffDelay(1),
  ];
  const settleWaits = loop.settle ? earliest(loop.settle) : [];
  // What has been refused often waits as long as what has been refused four times.
  const refusals = Number.isFinite(loop.refusals) ? loop.refusals : 4;
  const inSubmissions = new Map<number, number>();
  const inChecks = new Map<number, number>();

  /** Before a submission. `total` is seconds waited in the loop, as in the machine's state. */
  const submitted = (total: number, taken: number, refused: number): number => {
    const key = (total * (loop.submissions + 1) + taken) * (refusals + 1) + Math.min(refused, refusals);
    const known = inSubmissions.get(key);
    if (known !== undefined) return known;
    let most = 0;
    if (taken < loop.submissions) {
      for (const wait of firstWaits) most = Math.max(most, checked(total + wait, wait, taken + 1));
    }
    if (refused < loop.refusals) {
      const refusedAgain = (wait: number) => {
        const later = total + wait;
        return round + (later < schedule.deadline ? submitted(later, taken, refused + 1) : 0);
      };
      most = Math.max(most, refusedAgain(backoffDelay(refused + 1)));
      for (const wait of settleWaits) most = Math.max(most, refusedAgain(wait));
    }
    const found = loop.submit + most;
    inSubmissions.set(key, found);
    return found;
  };

  /** At a check. `waited` is seconds since the submission. */
  const checked = (total: number, waited: number, taken: number): number => {
    if (total >= schedule.deadline) return round;
    const key = (total * schedule.deadline + waited) * (loop.submissions + 1) + taken;
    const known = inChecks.get(key);
    if (known !== undefined) return known;
    const wait = waitToCheck(waited);
    let most = checked(total + wait, waited + wait, taken);
    if (!loop.settle) most = Math.max(most, submitted(total, taken, 0));
    // Where it is the same schedule, it is the same way.
    else if (waited < settle.deadline) {
      const sooner = waitToSettle(waited);
      most = Math.max(most, checked(total + sooner, waited + sooner, taken));
    }
    const found = round + most;
    inChecks.set(key, found);
    return found;
  };

  return submitted(0, 0, 0);
}

/** The first wait, when chance makes it as short as it can be, and when it leaves it alone. */
const earliest = (schedule: Schedule): number[] => [0, 0.5].map((random) => firstWait(schedule, random));
