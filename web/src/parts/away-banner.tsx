import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { away } from '../live.ts';
import { Icon } from './icon.tsx';

const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

/** Says once that the API does not answer, and from when it is what one sees. */
export function AwayBanner() {
  const now = useSignal(Date.now());
  const found = away.value;
  useEffect(() => {
    if (found === undefined) return;
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [found, now]);
  if (found === undefined) return null;
  const seconds = Math.max(0, Math.ceil((found.nextAt - now.value) / 1000));
  const seen = found.seenAt === undefined ? '' : ` You see how it was at ${clock(found.seenAt)} UTC.`;
  return (
    <div class="away">
      <Icon name="warn" />
      <p>
        <span role="alert">
          <b class="b">Chirpsmith does not answer.</b>
          {seen} Runs go on without this page, and nothing is lost.
        </span>{' '}
        <span class="nw" aria-hidden="true">
          Next try in {seconds} s.
        </span>
      </p>
      <button type="button" class="btn sm" onClick={() => found.retry()}>
        Try now
      </button>
    </div>
  );
}
