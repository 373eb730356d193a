import * as fc from 'fast-check';
import type { Breakage, Command, Moment, PlannedEvent } from '../plan.ts';
import type { Content } from '../rig/audio-bucket.ts';
import type { Decision } from '../rig/person.ts';

/** A function worth aiming at: how much, and about how many steps it makes in a run. */
export interface Aim {
  readonly by: string;
  readonly weight: number;
  readonly steps: number;
}

/** What persons ask of any session. */
export const atTheDesk: readonly Aim[] = [
  { by: 'start', weight: 1, steps: 4 },
  { by: 'resume', weight: 1, steps: 4 },
  { by: 'decide', weight: 2, steps: 4 },
  { by: 'cancel', weight: 2, steps: 5 },
  { by: 'sweep', weight: 1, steps: 5 },
  { by: 'erase', weight: 1, steps: 8 },
];

const aimedAt = ({ by, steps }: Pick<Aim, 'by' | 'steps'>): fc.Arbitrary<Moment> =>
  fc.record({ by: fc.constant(by), nth: fc.integer({ min: 1, max: steps }) });

/** @param steps about how many a whole run makes */
const momentOf = (aims: readonly Aim[], steps: number): fc.Arbitrary<Moment> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ nth: fc.integer({ min: 1, max: steps }) }) },
    ...aims.map((aim) => ({ weight: aim.weight, arbitrary: aimedAt(aim) })),
  );

const breakage: fc.Arbitrary<Breakage> = fc.record({
  do: fc.constantFrom('timed-out', 'out-of-memory', 'process-killed', 'throttled', 'conflict', 'thrown'),
  when: fc.constantFrom('before', 'after'),
});

const twice = fc.boolean();
const content = fc.constantFrom<Content[]>('song', 'song', 'refused', 'text');
const track = fc.integer({ min: 0, max: 23 });

const plain = (...dos: Extract<Command, { twice: boolean; choice?: never }>['do'][]): fc.Arbitrary<Command> =>
  fc.record({ do: fc.constantFrom(...dos), twice });

export const decide: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('decide' as const),
  choice: fc.constantFrom<Decision[]>('check-again', 'check-again', 'create-again'),
  twice,
});

/** What can be asked of any session. */
export const runs = fc.oneof(
  { weight: 12, arbitrary: plain('start', 'resume', 'resume', 'approve', 'cancel', 'cancel', 'sweep') },
  fc.constant<Command>({ do: 'erase' }),
);

/** What is done to the files of a session that has some. */
export const toFiles: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('replace' as const), track, content }),
  fc.record({ do: fc.constantFrom('delete', 'overwrite'), track }),
);

export const choices = fc.array(fc.constantFrom<Decision[]>('check-again', 'create-again', 'abandon'), {
  maxLength: 3,
  size: 'max',
});

/**
 * Something at some moment: anywhere, or around the call that matters most.
 * @param options.around its state, and the steps from its first to the write of what came of it
 * @param options.cancelAt where a cancel is most awkward
 */
export function eventsOf(options: {
  readonly aims: readonly Aim[];
  readonly steps: number;
  readonly command: fc.Arbitrary<Command>;
  readonly around: { readonly by: string; readonly from: number; readonly to: number };
  readonly cancelAt: readonly string[];
}): fc.Arbitrary<readonly PlannedEvent[]> {
  const { aims, steps, command, around, cancelAt } = options;
  const anywhere = fc.record({
    at: momentOf(aims, steps),
    first: fc.boolean(),
    what: fc.oneof(breakage, command),
  });
  const first = fc.constant(true);
  const near = fc.record({
    at: fc.record({
      by: fc.constant(around.by),
      nth: fc.integer({ min: around.from, max: around.to }),
    }),
    first,
    what: breakage,
  });
  const awkward = fc.record({
    at: fc.record({ by: fc.constantFrom(...cancelAt), nth: fc.integer({ min: 1, max: 4 }) }),
    first,
    what: fc.record({ do: fc.constant('cancel' as const), twice }),
  });
  return fc.array(fc.oneof({ weight: 5, arbitrary: anywhere }, near, awkward), {
    maxLength: 5,
    size: 'max',
  });
}
