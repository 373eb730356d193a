import { isDeepStrictEqual } from 'node:util';
import { configFields, fileValueOf, variableOf } from '../../infra/config.ts';
import type { StageFile } from '../../infra/stage-file.ts';

/** A field of a stage's configuration that flags or variables set otherwise than its file. */
export interface StageChange {
  readonly field: string;
  readonly from: unknown;
  /** Undefined: the field goes back to its default. */
  readonly to: unknown;
  /** The flag or variable that changes it. */
  readonly by: string;
  /** What the change replaces or destroys, where it does. */
  readonly consequence: string | undefined;
}

/** What flags and variables would change in the file of a stage. */
export function stageChanges(
  file: StageFile,
  flag: (name: string) => string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): StageChange[] {
  return configFields.flatMap((field) => {
    const typed = flag(field);
    const given = typed ?? environment[variableOf(field)];
    if (given === undefined) return [];
    const to = given === '' ? undefined : fileValueOf(field, given);
    const from = file[field];
    if (isDeepStrictEqual(from, to)) return [];
    const by = typed === undefined ? variableOf(field) : `-c ${field}`;
    return [{ field, from, to, by, consequence: consequenceOf({ field, from, to }) }];
  });
}

/** The file with the changes in it; its fields stay in their order. */
export function changedFile(file: StageFile, changes: readonly StageChange[]): StageFile {
  const changed = { ...file, ...Object.fromEntries(changes.map(({ field, to }) => [field, to])) };
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
}

function consequenceOf({ field, from, to }: Pick<StageChange, 'field' | 'from' | 'to'>): string | undefined {
  switch (field) {
    case 'jwtIssuer':
      if (from === undefined) return 'The people of the user pool cannot sign in any more; the pool is kept.';
      if (to === undefined)
        return "The people of the stage's own user pool sign in; tokens of the former issuer stop working.";
      return 'Tokens of the former issuer stop working, and sessions belong to the subjects of its tokens.';
    case 'webhookUrl':
      return to === undefined
        ? 'The secret of the webhook is destroyed; a new webhook gets another one.'
        : undefined;
    case 'alarmEmail':
      return to === undefined ? 'Alarms reach nobody.' : undefined;
    case 'alarms':
      return to === false ? 'Nobody hears of what goes wrong; the alarms are deleted.' : undefined;
    case 'rightsQuestion':
      return to === false ? 'Nobody is asked any more whose recordings are sent to the provider.' : undefined;
    case 'domainName':
      return from === undefined
        ? undefined
        : `The API is not reached at ${String(from)} any more: delete its DNS record, lest somebody else takes the name.`;
    case 'accessLogs':
      return from === true && to !== true
        ? 'The bucket of the access logs (the output AccessLogBucketName) stays; it is empty after three days: delete it then by hand.'
        : undefined;
    case 'audioDays':
      return typeof to === 'number' && typeof from === 'number' && to < from
        ? `Audio older than ${to} days is deleted within a day or two.`
        : undefined;
    case 'providerBaseUrl':
      return 'Sessions under way belong to the former provider: they stop, and say so.';
    case 'relayBaseUrl':
      return to === undefined
        ? 'Music and personas through the relay stop; the secret with its key is destroyed.'
        : undefined;
    default:
      return undefined;
  }
}
