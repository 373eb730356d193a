import type { Breakage } from '../plan.ts';
import type { Step } from '../rig/invocations.ts';
import { type Case, type Outcome, type Place, places } from './case.ts';
import { byItself, inDoubt, interrupted, thenResume } from './outcomes.ts';

type Ends = Readonly<Record<Place, Outcome>>;

const fine: Ends = {
  prepare: byItself(),
  upload: byItself(),
  create: byItself(),
  'status of an upload': byItself(),
  'status of the training': byItself(),
};

/** Cut off before its call: the record says that a call is being made, and nobody made one. */
const unmade: Ends = { ...fine, upload: byItself(106, 107), create: inDoubt };
/** Cut off after it: the call was made, and the record does not say what came of it. */
const unheard: Ends = { ...fine, upload: byItself(107) };

const bug = 'Thrown on demand.';
const thrownBefore: Ends = {
  prepare: thenResume('Unexpected', bug),
  upload: thenResume('Unexpected', bug, { cost: 5, record: 6 }),
  create: inDoubt,
  'status of an upload': thenResume('Unexpected', bug, { cost: 6 }),
  'status of the training': thenResume('Unexpected', bug, { cost: 106 }),
};
const thrownAfter: Ends = {
  ...thrownBefore,
  upload: thenResume('Unexpected', bug, { cost: 6, total: 107 }),
  create: byItself(),
};

const killedBefore: Ends = {
  prepare: interrupted(0),
  upload: interrupted(5, { record: 6 }),
  create: inDoubt,
  'status of an upload': interrupted(6),
  'status of the training': interrupted(106),
};
/** A create in doubt is settled by the sweep, which begins a run of its own. */
const killedAfter: Ends = { ...killedBefore, upload: interrupted(6, { total: 107 }), create: byItself() };
const killedAtTheEnd: Ends = {
  ...killedBefore,
  upload: interrupted(6),
  create: interrupted(106),
  'status of the training': byItself(),
};

interface Row {
  readonly group: string;
  readonly what: string;
  readonly at: Step['kind'];
  readonly breakage: Breakage;
  readonly last?: boolean;
  readonly ends: Ends;
}

const cutOff = 'Functions cut off';
const storage = 'DynamoDB';
const machine = 'The whole process killed';
const rows: readonly Row[] = [
  ...(['timed-out', 'out-of-memory'] as const).flatMap((kind): Row[] => {
    const what = kind === 'timed-out' ? 'killed at its time-out' : 'out of memory';
    return [
      {
        group: cutOff,
        what: `${what}, before its call`,
        at: 'call',
        breakage: { do: kind, when: 'before' },
        ends: unmade,
      },
      {
        group: cutOff,
        what: `${what}, after its call`,
        at: 'call',
        breakage: { do: kind, when: 'after' },
        ends: unheard,
      },
      {
        group: cutOff,
        what: `${what}, after its last write`,
        at: 'write',
        last: true,
        breakage: { do: kind, when: 'after' },
        ends: fine,
      },
    ];
  }),
  {
    group: cutOff,
    what: 'throttled by Lambda',
    at: 'begin',
    breakage: { do: 'throttled', when: 'before' },
    ends: fine,
  },
  {
    group: cutOff,
    what: 'an error of ours, before its call',
    at: 'call',
    breakage: { do: 'thrown', when: 'before' },
    ends: thrownBefore,
  },
  {
    group: cutOff,
    what: 'an error of ours, after its call',
    at: 'call',
    breakage: { do: 'thrown', when: 'after' },
    ends: thrownAfter,
  },
  {
    group: storage,
    what: 'throttles the read before the call',
    at: 'read',
    breakage: { do: 'throttled', when: 'before' },
    ends: fine,
  },
  {
    group: storage,
    what: 'throttles the first write',
    at: 'write',
    breakage: { do: 'throttled', when: 'before' },
    ends: fine,
  },
  {
    group: storage,
    what: 'throttles the write that tells of the call',
    at: 'write',
    last: true,
    breakage: { do: 'throttled', when: 'before' },
    ends: unheard,
  },
  {
    group: storage,
    what: "the last write's answer is lost",
    at: 'write',
    last: true,
    breakage: { do: 'throttled', when: 'after' },
    ends: fine,
  },
  {
    group: storage,
    what: 'somebody else writes before the first write',
    at: 'write',
    breakage: { do: 'conflict', when: 'before' },
    ends: fine,
  },
  {
    group: storage,
    what: 'somebody else writes before the last write',
    at: 'write',
    last: true,
    breakage: { do: 'conflict', when: 'before' },
    ends: unheard,
  },
  {
    group: machine,
    what: 'before the call',
    at: 'call',
    breakage: { do: 'process-killed', when: 'before' },
    ends: killedBefore,
  },
  {
    group: machine,
    what: 'after the call',
    at: 'call',
    breakage: { do: 'process-killed', when: 'after' },
    ends: killedAfter,
  },
  {
    group: machine,
    what: 'before the last write',
    at: 'write',
    last: true,
    breakage: { do: 'process-killed', when: 'before' },
    ends: killedAfter,
  },
  {
    group: machine,
    what: 'after the last write',
    at: 'write',
    last: true,
    breakage: { do: 'process-killed', when: 'after' },
    ends: killedAtTheEnd,
  },
];

export const runtimeFaults: readonly Case[] = rows.flatMap(({ group, what, at, breakage, last, ends }) =>
  places.map(
    (place): Case => ({
      group,
      what,
      place,
      trouble: { kind: 'step', at, breakage, ...(last === undefined ? {} : { last }) },
      outcome: ends[place],
    }),
  ),
);
