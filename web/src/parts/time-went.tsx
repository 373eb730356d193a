import { type TimelineFacts, timeWent } from '../../../functions/shared/timeline.ts';
import { counted, duration } from '../words/format.ts';

const lines = [
  ['waiting', 'Waiting to be sent', 'From the start of the run, or its resume, to the first call'],
  ['provider', 'Provider at work', "By the provider's own clock"],
  ['unseen', 'Done, not yet seen by us', 'Until our next check found it'],
  ['turnedAway', 'Turned away by the provider', 'Asked to wait, then sent again'],
] as const;

const short = (seconds: number) =>
  seconds < 10 ? `${(Math.round(seconds * 10) / 10).toLocaleString('en')} s` : duration(seconds);

/** Where the time of a track went, on average; nothing while no file is ready. */
export function TimeWentCard({ timeline }: { timeline: TimelineFacts }) {
  const went = timeWent(timeline);
  if (went === undefined) return null;
  const longest = Math.max(1, ...lines.map(([name]) => went[name]));
  return (
    <section class="card" aria-labelledby="went">
      <div class="head">
        <h2 id="went">Where the time went</h2>
        <span class="hint">Average of {counted(went.tracks, 'file')}</span>
      </div>
      <dl class="went">
        {lines.map(([name, title, words]) => (
          <div key={name}>
            <dt>
              {title} <span>{words}</span>
            </dt>
            <dd>{short(went[name])}</dd>
            <dd class="scale" aria-hidden="true">
              <i class={name} style={{ width: `${(100 * went[name]) / longest}%` }} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
