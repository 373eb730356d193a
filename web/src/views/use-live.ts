import { useEffect, useState } from 'preact/hooks';
import type { Answer, Asking } from '../api.ts';
import { type Live, type LiveOptions, live } from '../live.ts';

/** {@link live} for as long as a view is shown. Neither function may change meanwhile. */
export function useLive<T>(
  load: (by: Asking) => Promise<Answer<T>>,
  pace: (value: T) => number | undefined,
  options: LiveOptions = {},
): Live<T> {
  const [found] = useState(() => live(load, pace, options));
  useEffect(() => () => found.stop(), [found]);
  return found;
}
