import type { Settings } from '../shared/settings.ts';
import { canCall, type Session } from './session.ts';
import { nameWarning } from './validate-names.ts';

/** What a person should know before a session costs more. */
export function warningsOf(session: Session, { limits }: Pick<Settings, 'limits'>): string[] {
  if (session.kind !== 'train' || !canCall(session)) return [];
  const warning = nameWarning(session.name, limits);
  return warning === undefined ? [] : [warning];
}
