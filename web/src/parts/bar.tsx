import type { TimelineCall } from '../../../functions/shared/timeline.ts';
import type { Axis, Tick } from '../timeline/axis.ts';
import { barsOf } from '../timeline/bars.ts';
import { isSmall } from './small-screen.ts';

const percent = (share: number) => `${share * 100}%`;

/** The bar of one row. The words beside it say the same, so a screen reader does not read the bar. */
export function Way({
  calls,
  axis,
  end,
  next,
}: {
  calls: readonly TimelineCall[];
  axis: Axis;
  /** Of what is known: now, or when everything had ended. */
  end: number;
  next?: number | undefined;
}) {
  const { bars, checks, marks } = barsOf(calls, end);
  return (
    <span class="way" aria-hidden="true">
      <Idle axis={axis} />
      {bars.map(({ look, from, to }) => {
        const left = axis.place(from);
        const style = { left: percent(left), width: percent(axis.place(to) - left) };
        return <i key={`${look}${from}`} class={`stretch ${look}`} style={style} />;
      })}
      {checks.map((at) => (
        <u key={at} style={{ left: percent(axis.place(at)) }} />
      ))}
      {marks.map(({ at, sign }) => (
        <b key={at} class="mark" style={{ left: percent(axis.place(at)) }}>
          {sign}
        </b>
      ))}
      {next !== undefined && next <= axis.end && (
        <i class="next" style={{ left: percent(axis.place(next)) }} />
      )}
    </span>
  );
}

/** Idle time, hatched. */
const Idle = ({ axis: { pieces } }: { axis: Axis }) => (
  <>
    {pieces.map(
      ({ idle, left, width, from }) =>
        idle && <i key={`idle${from}`} class="gap" style={{ left: percent(left), width: percent(width) }} />,
    )}
  </>
);

/** A label at an end of the axis is not cut off. */
const edgeOf = (place: number) => (place < 0.03 ? 'first' : place > 0.97 ? 'last' : '');

export function AxisLine({ ticks, now }: { ticks: readonly Tick[]; now: number | undefined }) {
  return (
    <span class="axis" aria-hidden="true">
      {(now === undefined
        ? ticks
        : ticks.filter(({ place }) => Math.abs(place - now) > (isSmall.value ? 0.2 : 0.07))
      ).map(({ place, words, title }) => (
        <span key={`${place}`} class={edgeOf(place)} style={{ left: percent(place) }} title={title}>
          {words}
        </span>
      ))}
      {now !== undefined && (
        <span class="nowline" style={{ left: percent(now) }}>
          now
        </span>
      )}
    </span>
  );
}
