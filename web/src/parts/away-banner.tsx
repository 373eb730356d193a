import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Trouble, trouble } from '../live.ts';
import { Icon } from './icon.tsx';

const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

/** Says once that the API does not answer, or not as it should, and from when it is what one sees. */
export function AwayBanner() {
  const found = trouble.value;
  if (found === undefined) return null;
  return found.kind === 'away' ? <Away found={found} /> : <Slow />;
}

const Slow = () => (
  <div class="away">
    <Icon name="clock" />
    <p role="status">
      <b class="b">Chirpsmith is slow to answer.</b> What you see may be some seconds old. Runs go on without
      this page, and nothing is lost.
    </p>
  </div>
);

function Away({ found: { seenAt, nextAt, retry } }: { found: Extract<Trouble, { kind: 'away' }> }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    now.value = Date.now();
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [nextAt, now]);
  const seconds = Math.ceil((nextAt - now.value) / 1000);
  const seen = seenAt === undefined ? '' : ` You see how it was at ${clock(seenAt)} UTC.`;
  return (
    <div class="away">
      <Icon name="warn" />
      <p>
        <span role="alert">
          <b class="b">Chirpsmith does not answer.</b>
          {seen} Runs go on without this page, and nothing is lost.
        </span>{' '}
        <span class="nw" aria-hidden="true">
          {seconds > 0 ? `Next try in ${seconds} s.` : 'It is tried now.'}
        </span>
      </p>
      <button type="button" class="btn sm" onClick={() => retry()}>
        Try now
      </button>
    </div>
  );
}
