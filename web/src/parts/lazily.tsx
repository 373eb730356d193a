import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A part that is loaded when it is first shown, so that the first view does not wait for it. Where it does not come, it
 * is asked for again.
 */
export function lazily<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Part, setPart] = useState(() => loaded);
    useEffect(() => {
      if (Part !== undefined) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isOver = false;
      const ask = () =>
        load().then(
          ({ default: found }) => {
            loaded = found;
            if (!isOver) setPart(() => found);
          },
          () => {
            if (!isOver) timer = setTimeout(ask, 3000);
          },
        );
      void ask();
      return () => {
        isOver = true;
        clearTimeout(timer);
      };
    }, [Part]);
    return Part === undefined ? <p class="mid">This part of the page is loaded …</p> : <Part {...props} />;
  };
}
