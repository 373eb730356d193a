import type { SessionListAnswer } from '../../../functions/api/contract/session.ts';
import { counted, printable } from './format.ts';

export type Listed = SessionListAnswer['sessions'][number];

/** Sessions that need somebody come first. */
export const groups = ['you', 'running', 'ready', 'ended'] as const;
export type Group = (typeof groups)[number];

export const groupWords: Readonly<Record<Group, string>> = {
  you: 'Need you',
  running: 'Running',
  ready: 'Ready',
  ended: 'Ended without a result',
};

const groupOfStatus: Readonly<Record<Listed['status'], Group>> = {
  open: 'you',
  preparing: 'running',
  uploading: 'running',
  review: 'you',
  creating: 'running',
  training: 'running',
  generating: 'running',
  copying: 'running',
  ready: 'ready',
  failed: 'you',
  cancelled: 'ended',
  interrupted: 'you',
  'needs-decision': 'you',
  abandoned: 'ended',
  deleting: 'ended',
};

export const groupOf = ({ status }: Pick<Listed, 'status'>): Group => groupOfStatus[status];

const statuses = Object.keys(groupOfStatus) as Listed['status'][];
export const statusesOf = (group: Group): readonly Listed['status'][] =>
  statuses.filter((status) => groupOfStatus[status] === group);

export const kindWords: Readonly<Record<Listed['kind'], string>> = {
  train: 'model',
  batch: 'batch',
  music: 'music',
};

/** What there is to say of a session without its files. */
export function listedWords({ status, failure, modelId, missing, music }: Listed): string {
  switch (status) {
    case 'ready': {
      if (music !== undefined) return counted(music.clips.length, 'take');
      const without = missing === undefined ? '' : `, without ${counted(missing.length, 'file')}`;
      return modelId === undefined ? 'The files are through.' : `The model is ready${without}.`;
    }
    case 'open':
      return 'Waits for its files and a start.';
    case 'review':
      return 'The training waits for your approval.';
    case 'training':
      return 'The provider trains. Usually 2 to 3 min.';
    case 'needs-decision':
      return 'The answer was lost: perhaps paid.';
    case 'interrupted':
      return 'The run was cut off; a resume goes on.';
    case 'failed':
    case 'cancelled':
      return printable(failure?.reason.split('\n')[0] ?? 'No reason was recorded.');
    case 'abandoned':
      return 'Given up for good, by a decision.';
    case 'deleting':
      return 'Its deletion ended early.';
    default:
      return 'Goes on by itself.';
  }
}

/** `3 sessions need you. 4 are running.` */
export function headline(counts: Readonly<Record<Group, number>>): string {
  const { you, running } = counts;
  const need =
    you === 0 ? 'Nothing needs you.' : `${counted(you, 'session')} ${you === 1 ? 'needs' : 'need'} you.`;
  return `${need} ${running === 0 ? 'None is' : running === 1 ? 'One is' : `${running} are`} running.`;
}
