import * as z from 'zod';
import { type Dialect, dialects } from '../provider/provider.ts';
import { isLocal, settingName } from '../shared/setting-names.ts';

/** Host of the sandbox, whose port may be another one each time: its records and its ids are in one home. */
export const sandboxHost = 'sandbox';

/** Where a record's ids mean something: a provider's host, with its port, the dialect that it speaks, and our stage. */
export const providerOriginSchema = z.object({
  host: z.string(),
  dialect: z.enum(dialects),
  stage: z.string(),
  /** Its base URL, without user, password and query; none of the sandbox. For people: places are compared without it. */
  url: z.string().optional(),
});

export type ProviderOrigin = Readonly<z.infer<typeof providerOriginSchema>>;

/** What keeps ids of two providers apart in the keys of one table; the table is one stage's. */
export const originKey = (place: ProviderOrigin | undefined): string =>
  place === undefined ? 'unknown' : `${place.dialect} ${place.host}`;

/** Where this stage's calls in a dialect go; undefined where none is configured. */
export type OriginOf = (dialect: Dialect) => ProviderOrigin | undefined;

/** The places of this stack. */
export interface Here {
  readonly placeOf: OriginOf;
  readonly stage: string;
}

/** What names the place. */
const settings = { mountsea: 'providerBaseUrl', relay: 'relayBaseUrl' } as const satisfies Record<
  Dialect,
  string
>;

/**
 * Why ids of one place cannot be used here, and what to set; undefined where they can.
 * @param what the subject of the sentence; without it, it begins with its verb
 */
export function elsewhere(
  what: string,
  there: ProviderOrigin | undefined,
  { placeOf, stage }: Here,
): string | undefined {
  if (there === undefined) return undefined;
  const here = placeOf(there.dialect);
  if (here?.host === there.host && here.stage === there.stage) return undefined;
  const setting = settingName(settings[there.dialect], stage);
  const at = there.host === sandboxHost ? 'the sandbox' : `the provider at ${there.host}`;
  const now = here === undefined ? 'none' : here.host === sandboxHost ? 'the sandbox' : here.host;
  const advice = !isLocal(stage)
    ? `set ${setting} to its URL and deploy`
    : there.host === sandboxHost
      ? `stop the stack and start it without ${setting}`
      : `stop the stack and start it with ${setting} set to its URL`;
  return `${what} belongs to ${at}, and this stack uses ${now}: nobody was asked. To go on, ${advice}.`.trim();
}
