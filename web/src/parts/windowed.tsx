import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

/** From so many rows on, only those in sight are drawn. */
export const mostDrawn = 60;
const boxHeight = 520;
/** Rows drawn above and below those in sight. */
const spare = 8;

/** Rows of one height, of which only those in sight are there. */
export function Windowed({
  count,
  height,
  label,
  row,
}: {
  count: number;
  /** Of a row, in pixels. */
  height: number;
  label: string;
  row(index: number): ComponentChildren;
}) {
  const box = useRef<HTMLElement>(null);
  const top = useSignal(0);
  const first = Math.max(0, Math.floor(top.value / height) - spare);
  const last = Math.min(count, Math.ceil((top.value + boxHeight) / height) + spare);
  return (
    <section
      class="win"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by the keyboard.
      tabIndex={0}
      aria-label={label}
      onScroll={() => (top.value = box.current?.scrollTop ?? 0)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by their number. */}
      <div role="list" style={{ height: `${count * height}px` }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at).map((index) => (
          // biome-ignore lint/a11y/useSemanticElements: an item of the list above.
          <div
            role="listitem"
            key={index}
            aria-posinset={index + 1}
            aria-setsize={count}
            style={{ transform: `translateY(${index * height}px)`, height: `${height}px` }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </section>
  );
}
