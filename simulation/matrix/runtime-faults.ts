import type { Step } from '../harness/invocations.ts';
import type { Breakage } from '../plan.ts';
import { allPlaces, type Case, type Outcome, type Place } from './case.ts';
import { byItself, inDoubt, interrupted, musicInDoubt, thenResume } from './outcomes.ts';

/** Places whose function makes a call; the fetching of audio is in the same one as the asking for links. */
const called = allPlaces.filter((place) => place !== 'audio of a clip');
type Ends = Readonly<Record<Exclude<Place, 'audio of a clip'>, Outcome>>;

const fine: Ends = {
  prepare: byItself(),
  upload: byItself(),
  create: byItself(),
  'status of an upload': byItself(),
  'status of the training': byItself(),
  'open batch': byItself(6),
  'add to batch': byItself(6),
  'list of the batch': byItself(6),
  generate: byItself(40),
  'status of the music': byItself(40),
  'links to the audio': byItself(40),
};

/** Cut off before its call: the record says that a call is being made, and none was made. */
const unmade: Ends = {
  ...fine,
  upload: byItself(106, 107),
  create: inDoubt,
  'add to batch': byItself(6, 7),
  generate: musicInDoubt(0),
};
/** Cut off after it: the call was made, and the record does not say what came of it. */
const unheard: Ends = {
  ...fine,
  upload: byItself(107),
  'add to batch': byItself(7),
  generate: musicInDoubt(40),
};
/** Another write came in between; read again, what came of a paid call is written all the same. */
const contended: Ends = { ...unheard, generate: fine.generate };

const bug = 'Thrown on demand.';
const unfinished = '1 of 6 files were left unfinished';
const thrownBefore: Ends = {
  prepare: thenResume('Unexpected', bug),
  upload: thenResume('Unexpected', bug, { cost: 5, record: 6 }),
  create: inDoubt,
  'status of an upload': thenResume('Unexpected', bug, { cost: 6 }),
  'status of the training': thenResume('Unexpected', bug, { cost: 106 }),
  'open batch': thenResume('Unexpected', bug, { total: 6 }),
  // It ends that file's own execution only, and the batch goes on.
  'add to batch': thenResume('Unexpected', unfinished, { cost: 5, record: 6, total: 6 }),
  'list of the batch': thenResume('Unexpected', bug, { cost: 6, total: 6 }),
  generate: musicInDoubt(0),
  'status of the music': thenResume('Unexpected', bug, { cost: 40, total: 40 }),
  'links to the audio': thenResume('Unexpected', bug, { cost: 40, total: 40 }),
};
const thrownAfter: Ends = {
  ...thrownBefore,
  upload: thenResume('Unexpected', bug, { cost: 6, total: 107 }),
  create: byItself(),
  'add to batch': thenResume('Unexpected', unfinished, { cost: 6, total: 7 }),
  generate: musicInDoubt(40),
};

const killedBefore: Ends = {
  prepare: interrupted(0),
  upload: interrupted(5, { record: 6 }),
  create: inDoubt,
  'status of an upload': interrupted(6),
  'status of the training': interrupted(106),
  'open batch': interrupted(0, { total: 6 }),
  'add to batch': interrupted(5, { record: 6, total: 6 }),
  'list of the batch': interrupted(6, { total: 6 }),
  generate: musicInDoubt(0),
  'status of the music': interrupted(40, { total: 40 }),
  'links to the audio': interrupted(40, { total: 40 }),
};
/** A create in doubt is settled by the sweep, which begins a run of its own. */
const killedAfter: Ends = {
  ...killedBefore,
  upload: interrupted(6, { total: 107 }),
  create: byItself(),
  'add to batch': interrupted(6, { total: 7 }),
  generate: musicInDoubt(40),
};
const killedAtTheEnd: Ends = {
  ...killedBefore,
  upload: interrupted(6),
  create: interrupted(106),
  'status of the training': byItself(),
  'add to batch': interrupted(6, { total: 6 }),
  'list of the batch': byItself(6),
  generate: interrupted(40, { total: 40 }),
  'links to the audio': byItself(40),
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
    what: 'throttles the write that records the call',
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
    what: "the first write's answer is lost, and the AWS client repeats it",
    at: 'write',
    breakage: { do: 'answer-lost', when: 'after' },
    ends: fine,
  },
  {
    group: storage,
    what: "the last write's answer is lost, and the AWS client repeats it",
    at: 'write',
    last: true,
    breakage: { do: 'answer-lost', when: 'after' },
    ends: fine,
  },
  {
    group: storage,
    what: 'another writer comes before the first write',
    at: 'write',
    breakage: { do: 'conflict', when: 'before' },
    ends: fine,
  },
  {
    group: storage,
    what: 'another writer comes before the last write',
    at: 'write',
    last: true,
    breakage: { do: 'conflict', when: 'before' },
    ends: contended,
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
  called.map(
    (place): Case => ({
      group,
      what,
      place,
      trouble: { kind: 'step', at, breakage, ...(last === undefined ? {} : { last }) },
      outcome: ends[place],
    }),
  ),
);
