import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { timeWent, trainingTook } from '../../../functions/shared/timeline.ts';
import { counted, duration } from '../words/format.ts';

type Range = NonNullable<NonNullable<TimelineAnswer['usual']>['upload']>;

interface Line {
  readonly name: string;
  readonly title: string;
  readonly words: string;
  /** Seconds. */
  readonly took: number;
  readonly usual?: Range | undefined;
}

const inSeconds = (seconds: number) => (Math.round(seconds * 10) / 10).toLocaleString('en');
const short = (seconds: number) => (seconds < 10 ? `${inSeconds(seconds)} s` : duration(seconds));

/** `usually 8 to 12 s`, `usually 2 min 10 s to 3 min 05 s` */
const usualWords = ({ from, to }: Range) =>
  `usually ${to < 60 ? `${inSeconds(from)} to ${inSeconds(to)} s` : `${short(from)} to ${short(to)}`}`;

/** Seconds that the longest bar has. */
const longestOf = (lines: readonly Line[]) =>
  Math.max(1, ...lines.flatMap(({ took, usual }) => [took, usual?.to ?? 0]));

/** Where the time of a track went, on average, beside the usual range of the provider; nothing while no file is ready. */
export function TimeWentCard({ timeline }: { timeline: TimelineAnswer }) {
  const went = timeWent(timeline);
  if (went === undefined) return null;
  const { usual } = timeline;
  const lines: readonly Line[] = [
    {
      ...{ name: 'waiting', title: 'Waiting to be sent', took: went.waiting },
      words: 'From the start of the run, or its resume, to the first call',
    },
    {
      ...{ name: 'provider', title: 'Provider at work', took: went.provider, usual: usual?.upload },
      words: 'By its own clock',
    },
    {
      ...{ name: 'unseen', title: 'Done, not yet seen by us', took: went.unseen },
      words: 'Until our next check found it',
    },
    {
      ...{ name: 'throttled', title: 'Asked to wait by the provider', took: went.throttled },
      words: 'Until it was sent again',
    },
  ];
  const took = trainingTook(timeline);
  const training: Line | undefined =
    took === undefined
      ? undefined
      : {
          ...{ name: 'provider', title: 'Training', took, usual: usual?.training },
          words: 'Once for all files, by the provider’s clock',
        };
  const longest = longestOf(training === undefined ? lines : [...lines, training]);
  return (
    <section class="card" aria-labelledby="went">
      <div class="head">
        <h2 id="went">Where the time went</h2>
        <span class="hint">Average of {counted(went.tracks, 'file')}</span>
      </div>
      <dl class="went">
        {lines.map((line) => (
          <LineOfTime key={line.title} line={line} longest={longest} />
        ))}
        {training !== undefined && <LineOfTime line={training} longest={longest} />}
      </dl>
      {usual?.upload !== undefined && (
        <p class="ledf">
          The outlined range is the middle half of {counted(usual.upload.tasks, 'upload')}
          {usual.training === undefined ? '' : ` and ${counted(usual.training.tasks, 'training')}`} of the
          last 14 days.
        </p>
      )}
    </section>
  );
}

function LineOfTime({ line: { name, title, words, took, usual }, longest }: { line: Line; longest: number }) {
  const percent = (seconds: number) => `${(100 * seconds) / longest}%`;
  return (
    <div>
      <dt>
        {title}{' '}
        <span>
          {words}
          {usual !== undefined && `; ${usualWords(usual)}`}
        </span>
      </dt>
      <dd>{short(took)}</dd>
      <dd class="scale" aria-hidden="true">
        <i class={name} style={{ width: percent(took) }} />
        {usual !== undefined && (
          <b style={{ left: percent(usual.from), width: percent(usual.to - usual.from) }} />
        )}
      </dd>
    </div>
  );
}
