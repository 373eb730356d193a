import * as fc from 'fast-check';
import type { Content } from '../harness/audio-bucket.ts';
import { type Delivery, deliveries } from '../harness/files.ts';
import type { Step } from '../harness/invocations.ts';
import type { Decision } from '../harness/person.ts';
import type { Breakage, Command, Moment, PlannedEvent, PlannedFault, TrainPlan } from '../plan.ts';

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

/** Steps that change something, or report it: those whose lost answer matters. */
const telling: readonly Step['kind'][] = ['write', 'execution', 'answer'];

/** An answer that is lost, at one of the steps that change something. */
const lostAnswer = (aims: readonly Aim[], steps: number): fc.Arbitrary<PlannedEvent> =>
  fc.record({
    at: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constantFrom(...telling),
          nth: fc.integer({ min: 1, max: Math.ceil(steps / 4) }),
        }),
      },
      ...aims.map(({ by, weight, steps }) => ({
        weight,
        arbitrary: fc.record({
          by: fc.constant(by),
          kind: fc.constantFrom(...telling),
          nth: fc.integer({ min: 1, max: Math.ceil(steps / 2) }),
        }),
      })),
    ),
    first: fc.constant(true),
    what: fc.constant<Breakage>({ do: 'answer-lost', when: 'after' }),
  });

const twice = fc.boolean();
const content = fc.constantFrom<Content[]>('song', 'song', 'refused', 'text');
const track = fc.integer({ min: 0, max: 23 });

export const delivery: fc.Arbitrary<Delivery> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Delivery>('at once') },
  { weight: 3, arbitrary: fc.constantFrom(...deliveries) },
);

/** How some of the files that are declared at first arrive. */
export const arrivals = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  fc.array(fc.record({ file: fc.integer({ min: 0, max: 8 }), delivery }), {
    minLength: 1,
    maxLength: 2,
    size: 'max',
  }),
);

/** How a session with files is created. */
export const broughtBy: fc.Arbitrary<TrainPlan['by']> = fc.constantFrom(
  'request',
  'request',
  'request',
  'request',
  'manifest',
  'listing manifest',
);

/** It costs a whole run: for few. */
export const elder = fc.nat({ max: 11 }).map((n) => n === 0);

const plain = (...dos: Extract<Command, { twice: boolean; choice?: never }>['do'][]): fc.Arbitrary<Command> =>
  fc.record({ do: fc.constantFrom(...dos), twice });

export const decide: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('decide' as const),
  choice: fc.constantFrom<Decision[]>('check-again', 'check-again', 'create-again'),
  twice,
});

/**
 * What goes wrong, and what is asked for when nothing runs any more; in one plan of six, a person allows a second call.
 * @param twice what goes wrong with both calls
 */
export const troubles = (
  faults: fc.Arbitrary<readonly PlannedFault[]>,
  command: fc.Arbitrary<Command>,
  twice: fc.Arbitrary<readonly PlannedFault[]>,
): fc.Arbitrary<{ faults: readonly PlannedFault[]; later: readonly Command[] }> => {
  const later = fc.array(command, { maxLength: 3, size: 'max' });
  const allowed: Command = { do: 'decide', choice: 'create-again', twice: false };
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ faults, later }) },
    fc.record({ faults, later, twice }).map((it) => ({
      faults: [...it.twice, ...it.faults],
      later: [allowed, ...it.later],
    })),
  );
};

/** What can be asked of any session. */
export const runs = fc.oneof(
  { weight: 12, arbitrary: plain('start', 'resume', 'resume', 'approve', 'cancel', 'cancel', 'sweep') },
  fc.constant<Command>({ do: 'erase' }),
);

/** What is done to the files of a session that has some, and to the manifest of one that has one. */
export const toFiles: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('replace' as const), track, content, delivery }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('delete', 'overwrite'), track }) },
  fc.constant<Command>({ do: 'manifest' }),
);

export const choices = fc.array(fc.constantFrom<Decision[]>('check-again', 'create-again', 'abandon'), {
  maxLength: 3,
  size: 'max',
});

/** What a person asks for right after something. */
const next = (command: fc.Arbitrary<Command>): fc.Arbitrary<readonly Command[]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.constant<Command[]>([{ do: 'erase' }]),
    fc.array(command, { minLength: 1, maxLength: 2 }),
  );

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
    next: next(command),
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
    at: fc.record({ by: fc.constantFrom(...cancelAt), nth: fc.integer({ min: 1, max: 5 }) }),
    first,
    what: fc.record({ do: fc.constant('cancel' as const), twice }),
    next: next(command),
  });
  return fc.array(
    fc.oneof({ weight: 5, arbitrary: anywhere }, near, awkward, {
      weight: 2,
      arbitrary: lostAnswer(aims, steps),
    }),
    { maxLength: 5, size: 'max' },
  );
}
