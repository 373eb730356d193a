import type { SessionStatus } from '../../functions/domain/session.ts';
import type { ProviderCall } from '../../functions/provider/provider.ts';
import type { ErrorName } from '../../functions/shared/errors.ts';
import { clipCall } from '../harness/clip-audio.ts';
import type { Step } from '../harness/invocations.ts';
import { type MachineName, machineNames } from '../harness/machine.ts';
import type { CallFault } from '../harness/provider.ts';
import type { Breakage } from '../plan.ts';

/**
 * Where in a run something goes wrong: the calls to the provider, and the fetching of a clip's audio. A file of a batch
 * is processed like a track of a training, so its status is not tested again.
 */
export const places = {
  'train-model': ['prepare', 'upload', 'create', 'status of an upload', 'status of the training'],
  'upload-batch': ['open batch', 'add to batch', 'list of the batch'],
  'generate-music': ['generate', 'status of the music', 'links to the audio', 'audio of a clip'],
} as const satisfies Readonly<Record<MachineName, readonly string[]>>;
export type Place = (typeof places)[MachineName][number];

export const allPlaces: readonly Place[] = machineNames.flatMap((name): readonly Place[] => places[name]);

/** The state that makes the call, and the call. */
export const callAt: Readonly<
  Record<Place, { readonly state: string; readonly call: ProviderCall | typeof clipCall }>
> = {
  prepare: { state: 'Prepare session', call: 'prepare' },
  upload: { state: 'Submit upload', call: 'upload' },
  create: { state: 'Create model', call: 'create' },
  'status of an upload': { state: 'Check upload', call: 'status' },
  'status of the training': { state: 'Check training', call: 'status' },
  'open batch': { state: 'Prepare batch', call: 'openBatch' },
  'add to batch': { state: 'Submit upload', call: 'addToBatch' },
  'list of the batch': { state: 'Reconcile clips', call: 'status' },
  generate: { state: 'Request music', call: 'generate' },
  'status of the music': { state: 'Check music', call: 'status' },
  'links to the audio': { state: 'Copy audio', call: 'status' },
  'audio of a clip': { state: 'Copy audio', call: clipCall },
};

/** The machine in whose runs the place is. */
export function machineAt(place: Place): MachineName {
  const found = machineNames.find((name) => places[name].some((it) => it === place));
  if (!found) throw new Error(`No machine makes the call "${place}".`);
  return found;
}

/** What goes wrong, once unless it says otherwise. */
export type Trouble =
  /** The provider, or the way to it; `second` is for the call after those. */
  | { readonly kind: 'call'; readonly fault: CallFault; readonly times?: number; readonly second?: CallFault }
  /** The function, or a service that it depends on: at its begin, at its call, or at its first or last write. */
  | {
      readonly kind: 'step';
      readonly at: Step['kind'];
      readonly breakage: Breakage;
      /** The write that records the call, where there are several. */
      readonly last?: boolean;
    }
  /** The account at the provider, until a person mends it. */
  | { readonly kind: 'account'; readonly settings: object; readonly mended: object }
  /** The audio in the bucket, just before the state begins. */
  | { readonly kind: 'audio'; readonly change: 'deleted' | 'overwritten' };

/** What a person does next. `mend` is done outside: credits bought, a model deleted, a host that works again. */
export type Action =
  | 'resume'
  | 'resume with a shorter name'
  | 'replace'
  | 'mend'
  | 'decide check-again'
  | 'decide create-again'
  | 'decide abandon';

/** How a run ends, what it has cost by then, and how one goes on. */
export interface Outcome {
  readonly status: SessionStatus;
  readonly error?: ErrorName;
  /** A part of the message to the person; of a batch perhaps of one of its files. */
  readonly reason?: string;
  /** Of a batch: its files that have a clip. */
  readonly clips?: number;
  /** Credits taken, by the provider's ledger. */
  readonly cost: number;
  /** Credits that our record counts, where something is in doubt for good. */
  readonly record?: number;
  readonly next: readonly Action[];
  /** What the table says about it beyond the actions. */
  readonly note?: string;
  /** Where that leads, and what all of it has cost. */
  readonly finally?: { readonly status: SessionStatus; readonly cost: number };
}

export interface Case {
  /** Heading in the table. */
  readonly group: string;
  /** A short title. */
  readonly what: string;
  readonly place: Place;
  readonly trouble: Trouble;
  readonly outcome: Outcome;
}
