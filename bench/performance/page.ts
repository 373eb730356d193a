import { checksFor } from '../../functions/shared/schedule.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { invocationSeconds } from '../scaling/quotas.ts';
import {
  crowds,
  type Draws,
  gigabytes,
  goalTable,
  type LearningRow,
  learningTable,
  type PollerRow,
  pollerTable,
  seeds,
  shiftTable,
} from '../schedules/tables.ts';
import { clients, tracks as tracksOfMishaps } from './failures.ts';
import {
  type MeasuredBatch,
  type MeasuredLists,
  type MeasuredLoad,
  type MeasuredMemory,
  type MeasuredTool,
  measuredWhere,
} from './measured.ts';

export interface Findings {
  readonly draws: Draws;
  readonly runs: Readonly<Record<'assumed' | 'half' | 'twice' | 'quickTraining', readonly PollerRow[]>>;
  readonly learning: readonly LearningRow[];
  readonly shift: readonly (readonly [number, number])[];
  /** Tables in Markdown. */
  readonly crowds: string;
  readonly failures: string;
  readonly bundles: string;
  readonly load: MeasuredLoad | undefined;
  readonly lists: MeasuredLists | undefined;
  readonly batch: MeasuredBatch | undefined;
  readonly memory: MeasuredMemory | undefined;
  readonly tool: MeasuredTool | undefined;
}

const notYet = 'Not measured yet.';

/** The first moments of a track of so many, as "26, 37, 41". */
const firstOf = (tracks: number): string =>
  checksFor(defaultSettings.schedules.upload, tracks).slice(0, 4).join(', ');

const optimumCalls = (rows: readonly PollerRow[]): string =>
  (rows.find(({ tracks, name }) => tracks === 6 && name.startsWith('the optimum'))?.calls.mean ?? 0).toFixed(
    1,
  );

/** docs/performance.md */
export function performancePage(found: Findings): string {
  const { draws, runs } = found;
  return `# Time, calls and transitions

Made by \`npm run bench\`, which simulates schedules (each row ${draws.sessions} sessions of each of ${seeds} seeds, from ${draws.seed} on), plays mishaps against
the sandbox and builds the bundles. What takes long is shown as it was measured last: \`npm run bench:load\`, \`npm run bench:tool\`.
Nothing of it has met the real provider or AWS.

Of a session only the longest upload and the training are on the critical path. The provider documents no callback, so
the end of a task is seen when somebody asks. *Time beyond* is from the start to the model, over the provider's own
critical path (longest upload, then training). In the simulation no call takes time or fails, and the lengths are the same for every poller.
A bracket has the least and the most of the seeds' means. Invocations are what Lambda would be called for this poller; each is taken to last ${invocationSeconds} s
at ${gigabytes * 1024} MB. The dollars are of transitions and Lambda.

![Time lost and calls made by each poller, 24 tracks](performance/pollers-24.svg)

The sample script sees an end about 2 s sooner and asks three to six times as often. All tracks of a session go at once:
six at a time were what made 24 tracks take 40 % longer, and 100 tracks almost three times as long.

![The same, 100 tracks](performance/pollers-100.svg)

## When something goes wrong

${tracksOfMishaps} tracks, one mishap in each run, read off the ledger of the sandbox. The scripts are ours, written as the provider's page
describes its sample (${clients[0]?.name}: it knows \`success\` and \`failed\` only, sends nothing again, has no deadline), and as an
HTTP library with retries makes it (${clients[1]?.name}). A person starts a script again when it has ended without a model.

${found.failures}

## Where the provider takes as long as assumed

Uploads log-normal around 20 s (standard deviation of the logarithm 0.4), trainings evenly from 120 to 180 s ("about 2 to 3 minutes").
*The optimum* knows these lengths, and weighs calls as the defaults do; the defaults also expect half and twice as long.

${pollerTable(runs.assumed)}

## How the schedules are made

\`bench/schedules/defaults.ts\` computes them by dynamic programming over whole seconds
(\`functions/shared/plan-checks.ts\`): of all lists of moments the one that costs least, where a status call has a price in
seconds. What counts is the end of the *last* of a session's tracks. So a track of 24 is first asked for after
${firstOf(24)}, … s, where one alone would be at ${firstOf(1)} s. A test computes the defaults again.

Uploads are also expected, with less weight, to take half or twice as long. The prices and weights are found by a script
(\`npm run bench:schedules -- --find-rows\`), for each number of tracks by itself: of all that it tries, those under which a
session stays farthest below its goals. It adds up over the distributions, so no seed favours a row. What it comes to:

${goalTable()}

From 6 to 100 tracks each number keeps such goals, with 2 % to spare at least; a test holds the ends of each row to them. Of six tracks
fewer calls would take more time than 3 %, and less time more calls than 18: half a call is left. The best schedule for lengths that are *known* needs ${optimumCalls(runs.assumed)} calls there; the rest
is for lengths that are not.

## What is learned

How long each task took is kept by provider, kind and day: as the provider says it (\`finishAt\` − \`createdAt\`), else between
two checks. The youngest 60 of the last two weeks count, half as much after three days. From ten on, *Prepare session*
computes the session's moments from a kernel density on their logarithms, with a little of what is assumed, as it is and
moved to the middle of what was seen. Where the lengths spread less or further than assumed, the moved part fades.
\`GET /sessions/{id}\` shows them (\`checkTimes\`, \`learnedFrom\`). They are never closer than
\`functions/shared/schedule.ts\` says, so that the longest history stays bounded. Settings with a schedule of one's own
turn it off, unless it has \`learn: true\`.

![Cost of learned schedules over the least cost](performance/learning.svg)

Against the best schedule for the true lengths, of one task, where a call costs 3 s (mean of 200 draws; the mixture's parts
are log-normal with a deviation of 0.1):

${learningTable(found.learning)}

A training that suddenly takes 240 to 360 s instead of 120 to 180 s:

${shiftTable(found.shift)}

The rows "learned from" of the other tables are with this, after so many uploads and so many trainings of these lengths.
After ten, the longest of many tracks is still a guess: of six tracks 2.5 % would take 19 calls in place of 17, and the schedules keep to the
calls. From sixty on, the goal of 2.5 % is kept with no more calls than by the defaults.

## Where the provider is quicker or slower

Before anything is learned, a run whose uploads took about half of their usual time looks for its training in half of its
time, too.

Everything takes half as long:

${pollerTable(runs.half)}

Everything takes twice as long:

${pollerTable(runs.twice)}

Only the training takes half as long, which nothing shows beforehand:

${pollerTable(runs.quickTraining)}

## Many sessions at a provider that takes few calls

Tracks that are handed over at once are throttled at first, and each session slows down by itself (its *pace*). Calls
that were made together and throttled together are one step of it, and the first check is spread, not put off. ${crowds} runs of
sessions of 24 tracks that begin together:

${found.crowds}

The real machine does the same: \`npm run bench:storm\` (ten sessions of 24 tracks, 5 calls a second, 2026-11-27) had all ten
models after 385 s of the provider's, and refused none of the calls after the first two minutes. With the pace as
it was before (a step for each refused call, up to eight, also before the first check), and all tracks at once, it took 795 s.

## Many sessions on this machine

${loadWords(found.load)}

${memoryWords(found.memory)}

## Long lists

${listsWords(found.lists)}

## A large batch

${batchWords(found.batch)}

## The tool itself

${toolWords(found.tool)}

Against the code of 2026-11-21, in turn in one run on 2026-11-28, on an otherwise free machine of two cores: means of six
trainings of eight pieces (12 MB) at the default speed, of four first starts and of eight later ones. To repeat it, check that
code (a9354643) out beside this, run \`npm ci\` there, and let both train the same folder in turn.

| seconds | before | now | now ÷ before |
|---|---|---|---|
| \`train\`, over the provider's own time | 6.05 | 3.14 | 0.52 |
| \`start\` until it listens | 0.87 | 0.55 | 0.63 |
| \`start\` until it listens, after a new synth | 4.69 | 4.62 | 0.98 |

## Bundles

Bytes of each function, and CPU time of a process of its own from its start to the first answer.

${found.bundles}

### Before and after

CPU time (user and system) until the first answer: the middle of 17, measured in turn in one run on 2026-11-28. *Before* is the
code of 2026-11-21.

| function | before | now | CPU, now ÷ before |
|---|---|---|---|
| workflow/check-upload | 749 kB, 248 ms | 278 kB, 157 ms | 0.63 |
| workflow/prepare-session | 1,047 kB, 278 ms | 399 kB, 176 ms | 0.63 |
| workflow/submit-upload | 754 kB, 251 ms | 326 kB, 162 ms | 0.65 |
| api/get-session | 761 kB, 265 ms | 268 kB, 169 ms | 0.64 |

What made a part of the difference: bytes and CPU time (the middle of 15, in turn, on another day) of get-session.

| with this change, and those before it | size | CPU |
|---|---|---|
| only the clients that a function calls | 445 kB | 326 ms |
| \`node:http\` is required: an import of it reads all its exports, and some load the client behind \`fetch\` | 445 kB | 286 ms |
| \`zod/mini\` with the methods that functions use takes the place of zod | 395 kB | 258 ms |
| schemas without parameters are made once: 444 of 803 are left | 395 kB | 248 ms |
| functions that call S3 are bundled by themselves, and the others hold none of its parts | 352 kB | 231 ms |

Then what no function reaches of the AWS clients was left out, and what they send and read is compared with the whole clients by
a test: schemas of other operations, error classes that no function knows, rules for endpoints, S3 Express, profiles, signatures
for many regions, a second parser of dates.

All functions are under 400 kB, and a test holds them to it. The largest is a session's first state: it inspects audio (51 kB)
and calls all five services.

The bundles know no endpoints with FIPS or of dual stack, no bucket of S3 Express and no \`AWS_RETRY_MODE=adaptive\`: each ends in an
error that says so. Endpoints are checked against the SDK's rules in eleven regions; AWS itself was not called.
`;
}

function loadWords(load: MeasuredLoad | undefined): string {
  if (!load) return notYet;
  const rows = load.atOnce.map(({ sessions, ready, seconds, peakMegabytes, loop, perSession }) => {
    const { cpuSeconds, transitions, invocations, dollars } = perSession;
    const late = `${loop.p50.toFixed(0)} / ${loop.p99.toFixed(0)} / ${loop.max.toFixed(0)} ms`;
    const cells = [sessions, ready, `${seconds.toFixed(0)} s`, ((60 * ready) / seconds).toFixed(0)];
    const each = [cpuSeconds.toFixed(1), transitions.toFixed(0), invocations.toFixed(0), dollars.toFixed(4)];
    return `| ${[...cells, `${peakMegabytes} MB`, late, ...each].join(' | ')} |`;
  });
  return `Sessions of ${load.tracks} tracks, started at once on the local stack at its default speed, measured ${measuredWhere(load)}. What waits for
one of the stack's four workers does not count against a time-out: before it was so (2026-11-27), 21 of 200 had their model and 179
failed. The dollars are those of AWS for what was counted, without Lambda's time.

| sessions | ready | took | a minute | memory at most | event loop late: p50 / p99 / most | each: CPU s | transitions | invocations | $ |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}`;
}

function memoryWords(memory: MeasuredMemory | undefined): string {
  const [first] = memory?.inARow ?? [];
  const last = memory?.inARow.at(-1);
  if (!memory || !first || !last) return notYet;
  const megabytes = (value: number) => `${value.toFixed(0)} MB`;
  return `Sessions of ${memory.tracks} tracks one after the other, on a clock that jumps, measured ${measuredWhere(memory)}, each time when
unused workers had ended: ${megabytes(first.rssMegabytes)} after ${first.sessions} (the heap ${megabytes(first.heapMegabytes)}), ${megabytes(last.rssMegabytes)} after ${last.sessions} (the heap ${megabytes(last.heapMegabytes)}).

Before (2026-11-27) each query of the local DynamoDB left an iterator open, which kept what the database had in memory: 487 MB
after 50 sessions became 593 MB after 250. V8 keeps the pages of a thread that has ended for eight seconds, for the next one: up
to 150 MB, which earlier looks counted.

![Memory of the local stack](performance/memory.svg)`;
}

function listsWords(measured: MeasuredLists | undefined): string {
  if (!measured) return notYet;
  const { lists, tracks } = measured;
  const sizes = [...new Set(lists.map(({ sessions }) => sessions))];
  const rows = [...new Set(lists.map(({ what }) => what))].map((what) => {
    const runs = sizes.flatMap(
      (size) => lists.find((run) => run.what === what && run.sessions === size) ?? [],
    );
    const cells = runs.map(({ p50, p95, items, units }, index) => {
      const [first] = runs;
      const ratio = index === 0 || !first ? '' : `, ${(p50 / first.p50).toFixed(1)}×`;
      return `${p50.toFixed(0)} / ${p95.toFixed(0)} ms${ratio}; ${items}, ${units}`;
    });
    return `| ${[what, ...cells].join(' | ')} |`;
  });
  return `Requests to the API of the local stack by users who have so many sessions, all in one table, each like one of ${tracks} tracks that
has run; pages of five; measured ${measuredWhere(measured)}. Of each: p50 / p95,
how often the time of the shortest list; records that are read, and DynamoDB's units for them.

| request | ${sizes.map((size) => `${size.toLocaleString('en-US')} sessions`).join(' | ')} |
|---|${sizes.map(() => '---|').join('')}
${rows.join('\n')}

A page costs the same in a list of any length. What filters or counts reads on until it has found enough, 500 records at most.`;
}

function batchWords(batch: MeasuredBatch | undefined): string {
  if (!batch) return notYet;
  const whole = (value: number) => Math.round(value).toLocaleString('en-US');
  const {
    files,
    seconds,
    speed,
    calls,
    peakMegabytes,
    cpuSeconds,
    transitions,
    invocations,
    requests,
    dollars,
  } = batch;
  return `\`npx chirpsmith upload\` on a folder of ${whole(files)} small files, with the local stack at ${speed} times the provider's speed, measured
${measuredWhere(batch)} (\`npm run bench:batch\`): ${whole(seconds)} s and
${whole(cpuSeconds)} s of CPU in the stack's process, which held at most ${peakMegabytes} MB. ${whole(calls)} calls to the provider, ${whole(transitions)} transitions,
${whole(invocations)} invocations, ${whole(requests)} requests to DynamoDB, S3 and Secrets Manager: at most ${dollars.toFixed(2)} dollars at AWS, without Lambda's time.`;
}

function toolWords(tool: MeasuredTool | undefined): string {
  if (!tool) return notYet;
  const { synthCold, synthWarm, listeningCold, listeningWarm, train } = tool;
  const rows = [
    ['synth, as `npx cdk synth` does it for the first start', synthCold],
    ['the same where nothing has changed', synthWarm],
    ['`start` until it listens, after a new synth', listeningCold],
    ['`start` until it listens', listeningWarm],
    ['`train` on the eight sample pieces, whole', train.whole],
    ["of it the provider's own time: longest upload and training", train.provider],
    ['the rest', train.beyond],
  ] as const;
  return `Middle values, measured ${measuredWhere(tool)}: a free machine is quicker.

| what | seconds |
|---|---|
${rows.map(([what, seconds]) => `| ${what} | ${seconds.toFixed(2)} |`).join('\n')}`;
}
