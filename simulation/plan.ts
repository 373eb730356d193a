import type { ProviderCall } from '../functions/provider/provider.ts';
import type { Content } from './harness/audio-bucket.ts';
import type { clipCall } from './harness/clip-audio.ts';
import type { Delivery } from './harness/files.ts';
import type { Step } from './harness/invocations.ts';
import type { Decision } from './harness/person.ts';
import type { CallFault } from './harness/provider.ts';

/** When something happens: at the nth step of all, or of those that functions of this name make, or of this kind. */
export interface Moment {
  readonly by?: string;
  readonly kind?: Step['kind'];
  readonly nth: number;
}

/** What a person, or the schedule, does. `twice`: the same request comes in two times at once. */
export type Command =
  | { readonly do: 'start' | 'resume' | 'approve' | 'cancel' | 'sweep'; readonly twice: boolean }
  | { readonly do: 'decide'; readonly choice: Decision; readonly twice: boolean }
  | {
      readonly do: 'replace';
      readonly track: number;
      readonly content: Content;
      readonly delivery: Delivery;
    }
  | { readonly do: 'delete' | 'overwrite'; readonly track: number }
  /** The whole session, with its files. */
  | { readonly do: 'erase' }
  /** The manifest that created it, once more. */
  | { readonly do: 'manifest' };

/**
 * What goes wrong under a function. `answer-lost`: the request was carried out, but its answer was lost, so
 * the client library, or the function's own client, repeats it.
 */
export type Breakage = {
  readonly do:
    | 'timed-out'
    | 'out-of-memory'
    | 'process-killed'
    | 'throttled'
    | 'conflict'
    | 'thrown'
    | 'answer-lost';
  readonly when: 'before' | 'after';
};

export interface PlannedEvent {
  readonly at: Moment;
  /** Of a command: is it carried out whole before the function at hand goes on? */
  readonly first: boolean;
  readonly what: Command | Breakage;
  /** Of a command: what is asked for next, one after the other. */
  readonly next?: readonly Command[];
}

/**
 * The provider's calls, and apart from the other status calls those that ask about the training, the music, the list
 * of a batch, and the links to a clip's audio; and the fetching of that audio.
 */
export type PlannedCall = ProviderCall | 'training' | 'music' | 'list' | 'links' | typeof clipCall;

/** What a status is asked about, by the state that asks; any other asks about an upload. */
const askedAbout: Readonly<Record<string, PlannedCall>> = {
  'Check training': 'training',
  'Check music': 'music',
  'Reconcile clips': 'list',
  'Copy audio': 'links',
};

/** A plan's name for a call. */
export const plannedCall = (what: string, state: string): string =>
  what === 'status' ? (askedAbout[state] ?? what) : what;

export interface PlannedFault {
  readonly call: PlannedCall;
  /** 1 for the first call of its kind. */
  readonly nth: number;
  /** Calls in a row that it hits. */
  readonly times: number;
  readonly fault: CallFault;
}

interface Course {
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
  readonly events: readonly PlannedEvent[];
  /** What is asked for when nothing runs any more, one after the other; faults go on meanwhile. */
  readonly later: readonly Command[];
  /** What the person decides when asked, first to last; then they have the paid call made again. */
  readonly choices: readonly Decision[];
  /** Has the same person had a session before, which went well? */
  readonly elder: boolean;
}

/** How a session with files is created. */
interface Declaring extends Course {
  /** By a request, or by a manifest in the inbox, which lists its files or not. */
  readonly by: 'request' | 'manifest' | 'listing manifest';
  /** `copy`: the same bytes as the file before. */
  readonly files: readonly (Content | 'copy')[];
  /** How some files arrive; the others do at once. */
  readonly arrivals: readonly { readonly file: number; readonly delivery: Delivery }[];
}

export interface TrainPlan extends Declaring {
  readonly machine: 'train-model';
  readonly skipInvalid: boolean;
  readonly review: boolean;
  /** Fewest clips to train on, where the person has said so. */
  readonly minClips: number | undefined;
}

export interface BatchPlan extends Declaring {
  readonly machine: 'upload-batch';
  /** Files that are declared by one request. */
  readonly slice: number;
}

export interface MusicPlan extends Course {
  readonly machine: 'generate-music';
  /** Clips of the month that are not locked, and how a locked one is known; none is locked unless given. */
  readonly locks?:
    | { readonly unlocksPerMonth: number; readonly lockShownBy: 'link' | 'flag' | 'host' }
    | undefined;
}

/** Everything that a run is made of: the same plan is the same run. */
export type Plan = TrainPlan | BatchPlan | MusicPlan;
