import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { counted } from './format.ts';

/** Where the provider's list of a batch's clips and our record are not the same; nothing where they are. */
export function differencesOf({
  unread,
  notListed,
  notOurs,
}: NonNullable<SessionAnswer['batch']>['list']): string[] {
  const ids = ({ count, first }: typeof notListed) =>
    first.join(', ') + (count > first.length ? ` and ${count - first.length} more` : '');
  return [
    ...(unread === undefined ? [] : [`The provider's own list of the clips could not be read: ${unread}`]),
    ...(notListed.count === 0
      ? []
      : [`${counted(notListed.count, 'clip')} not on the provider's own list: ${ids(notListed)}`]),
    ...(notOurs.count === 0
      ? []
      : [`${counted(notOurs.count, 'clip')} on the provider's list that is no file's: ${ids(notOurs)}`]),
  ];
}
