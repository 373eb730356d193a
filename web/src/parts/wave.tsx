import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { bars, peaksOf } from './peaks.ts';

const height = 28;

/**
 * A sound as bars, the first part of them in another colour: what was sent, or played. Decoded when it comes into sight.
 * @param part from 0 to 1
 */
export function Wave({
  id,
  load,
  part,
}: {
  /** Of the sound: another one is decoded anew. */
  id: string;
  load: () => Promise<Blob>;
  part: number;
}) {
  const ref = useRef<SVGSVGElement>(null);
  const peaks = useSignal<readonly number[] | undefined>(known.get(id));
  useEffect(() => {
    const box = ref.current;
    if (box === null || peaks.value !== undefined) return;
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      seen.disconnect();
      void peaksOf(load).then((found) => {
        if (found === undefined) return;
        known.set(id, found);
        peaks.value = found;
      });
    });
    seen.observe(box);
    return () => seen.disconnect();
  }, [id]);
  const drawn = peaks.value;
  const played = Math.round(part * bars);
  return (
    <svg
      ref={ref}
      class="wave"
      viewBox={`0 0 ${bars * 3} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path class="w2" d={path(drawn, played, bars)} />
      <path class="w1" d={path(drawn, 0, played)} />
    </svg>
  );
}

/** For as long as the page is open: decoding costs more than drawing. */
const known = new Map<string, readonly number[]>();

function path(peaks: readonly number[] | undefined, from: number, to: number): string {
  let text = '';
  for (let bar = from; bar < to; bar++) {
    const tall = Math.max(1.5, (peaks?.[bar] ?? 0) * (height - 2));
    text += `M${bar * 3 + 1} ${(height - tall) / 2}v${tall.toFixed(1)}`;
  }
  return text;
}
