import type { ProviderCall } from '../../functions/provider/provider.ts';
import type { Content } from './rig/audio-bucket.ts';
import type { clipCall } from './rig/clip-audio.ts';
import type { Decision } from './rig/person.ts';
import type { CallFault } from './rig/provider.ts';

/** When something happens: at the nth step of all, or at the nth that functions of this name make. */
export interface Moment {
  readonly by?: string;
  readonly nth: number;
}

/** What a person, or the schedule, does. `twice`: the same request comes in two times at once. */
export type Command =
  | { readonly do: 'start' | 'resume' | 'approve' | 'cancel' | 'sweep'; readonly twice: boolean }
  | { readonly do: 'decide'; readonly choice: Decision; readonly twice: boolean }
  | { readonly do: 'replace'; readonly track: number; readonly content: Content }
  | { readonly do: 'delete' | 'overwrite'; readonly track: number }
  /** The whole session, with its files. */
  | { readonly do: 'erase' };

/** What goes wrong under a function. */
export type Breakage = {
  readonly do: 'timed-out' | 'out-of-memory' | 'process-killed' | 'throttled' | 'conflict' | 'thrown';
  readonly when: 'before' | 'after';
};

export interface PlannedEvent {
  readonly at: Moment;
  /** Of a command: is it carried out whole before the function at hand goes on? */
  readonly first: boolean;
  readonly what: Command | Breakage;
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
  'Compare lists': 'list',
  'Keep audio': 'links',
};

/** The name under which a plan speaks of a call. */
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
}

export interface TrainPlan extends Course {
  readonly machine: 'train-model';
  readonly files: readonly Content[];
  readonly skipInvalid: boolean;
  readonly review: boolean;
}

export interface BatchPlan extends Course {
  readonly machine: 'upload-batch';
  /** `copy`: the same bytes as the file before. */
  readonly files: readonly (Content | 'copy')[];
  /** Files that are declared by one request. */
  readonly slice: number;
}

export interface MusicPlan extends Course {
  readonly machine: 'generate-music';
}

/** Everything that a run is made of: the same plan is the same run. */
export type Plan = TrainPlan | BatchPlan | MusicPlan;
