import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { statusWords } from '../../../functions/shared/status-words.ts';
import { Icon, type IconName } from './icon.tsx';

type Status = SessionPageAnswer['status'];

interface Look {
  readonly colour: '' | 'go' | 'ok' | 'warn' | 'bad';
  readonly icon: IconName;
}

/** Calm by default: only what needs a person is amber or red. */
const looks: Readonly<Record<Status, Look>> = {
  open: { colour: 'warn', icon: 'pause' },
  preparing: { colour: 'go', icon: 'up' },
  uploading: { colour: 'go', icon: 'up' },
  review: { colour: 'warn', icon: 'pause' },
  creating: { colour: 'go', icon: 'note' },
  training: { colour: 'go', icon: 'note' },
  generating: { colour: 'go', icon: 'note' },
  copying: { colour: 'go', icon: 'note' },
  ready: { colour: 'ok', icon: 'check' },
  failed: { colour: 'bad', icon: 'x' },
  cancelled: { colour: '', icon: 'stop' },
  interrupted: { colour: 'bad', icon: 'x' },
  'needs-decision': { colour: 'warn', icon: 'ask' },
  abandoned: { colour: '', icon: 'stop' },
  deleting: { colour: 'bad', icon: 'x' },
};

export const lookOf = (status: Status): Look => looks[status];

/** What moves has a dot that breathes; everything else a sign. State is never colour alone. */
export function StatusPill({ status }: { status: Status }) {
  const { colour, icon } = looks[status];
  return (
    <span class={`pill ${colour}`}>
      {colour === 'go' ? <span class="dot live" /> : <Icon name={icon} size={14} />}
      {statusWords[status]}
    </span>
  );
}
