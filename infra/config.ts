import { z } from 'zod';
import { routes } from '../functions/api/routes.ts';
import { keyOf } from '../functions/runtime/spec.ts';
import { creditsUrlOf, mountSea } from '../functions/shared/mountsea.ts';
import { type Settings, settingsSchema } from '../functions/shared/settings.ts';
import { states } from './specs.ts';
import type { StageFile } from './stage-file.ts';

/** The issuer of the local runtime; it signs with exactly this name. */
const localTokens = { issuer: 'https://issuer.chirpsmith.local', audience: 'chirpsmith' };
/** Placeholder in the template for the relay of the local runtime, which knows its address only when it runs. */
const localRelay = 'https://relay.chirpsmith.local';
const defaultRegion = 'us-east-1';

/** Days that CloudWatch Logs keeps a line; it knows only these (documented). */
const logDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] as const;

/** What Lambda keeps for the functions without a reservation (documented). */
const unreserved = 100;

/** Days for which Step Functions knows an ended execution (documented). */
const mostAudioDays = 90;

const atMost = (count: number) => z.number().int().nonnegative().default(count);

const reservations = Object.fromEntries(
  [...states, ...routes].flatMap((spec) => {
    const { reservedConcurrency } = spec.lambda;
    return reservedConcurrency === undefined ? [] : [[keyOf(spec), atMost(reservedConcurrency)]];
  }),
);

/**
 * Defaults for some twenty sessions at once. More than one invocation of a session runs at a time only while its
 * tracks are uploaded, each for about a second. An upload's steps that are throttled are tried twice more, so the
 * numbers must not be tight; 0 reserves nothing.
 */
const reservedConcurrencySchema = z.strictObject(reservations);

const originSchema = z
  .string()
  .regex(
    /^https?:\/\/[a-z0-9.-]+(:\d+)?$/,
    'must be an origin like https://app.example.com, without a path or a *',
  );

const fieldsSchema = z.strictObject({
  /** The only account that the stage may be deployed to; any, where a stage's file names none. */
  account: z.string().optional(),
  /** Part of every name in AWS; one stage is one copy of the product. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,15}$/, 'must be 1 to 16 of a-z, 0-9 and -, beginning with a letter')
    // It is a part of the user pool's domain, in which Cognito refuses these words.
    .refine((stage) => !/aws|amazon|cognito/.test(stage), 'must not contain aws, amazon or cognito'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the name of an AWS region, like eu-central-1')
    // Other partitions have other service principals, console addresses and domains, and some lack HTTP APIs' features.
    .refine((region) => !/^(cn|us-gov|us-iso[a-z]*|eu-isoe)-/.test(region), {
      error: 'must be in the partition aws: China, GovCloud and the isolated regions were never tried',
    }),
  /** Where the provider's API is. */
  providerBaseUrl: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).transform(withoutSlash),
  /** URL of the account's credits; without it they are not asked for. */
  providerCreditsUrl: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  /** Where the relay is, the second provider; resellers differ, so there is none unless configured. */
  relayBaseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .transform(withoutSlash)
    .optional(),
  /** Web pages that may call the API and upload audio; none unless configured. */
  allowedOrigins: z.array(originSchema),
  /** Who signs the tokens of the API, and for whom; without them, the stage has a user pool of its own. */
  jwtIssuer: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
  jwtAudience: z.array(z.string().min(1)).min(1).optional(),
  /** The API's own address, a host name like api.example.com; one of AWS's making unless configured. */
  domainName: z
    .string()
    .regex(
      /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
      'must be a host name in small letters, like api.example.com, without https:// or a path',
    )
    .optional(),
  /** The certificate of that name, in Certificate Manager. */
  certificateArn: z
    .string()
    .regex(
      /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/,
      'must be the ARN of a certificate, like arn:aws:acm:eu-central-1:111122223333:certificate/…',
    )
    .optional(),
  /** Whose the sessions are that manifests in the inbox start: a subject of the tokens. */
  inboxOwner: z.string().min(1).max(128),
  /** It has a field of its own, so that one place says it. */
  settings: settingsSchema.omit({ rightsQuestion: true }),
  /** Must a person confirm that the recordings are theirs to train on? */
  rightsQuestion: z.boolean(),
  /** Days after which audio is deleted, manifests among it. */
  audioDays: z
    .number()
    .int()
    .positive()
    .max(mostAudioDays, {
      error: `must be at most ${mostAudioDays}: Step Functions forgets an execution after 90 days, and a manifest must not outlive what it has started`,
    }),
  /** Days that logs are kept. */
  logDays: z.union(logDays.map((days) => z.literal(days))),
  /** Receiver of e-mails about alarms and sessions that need a decision; none by default. */
  alarmEmail: z.email({ error: 'must be an e-mail address' }).optional(),
  /** Where each event of the stage is sent, signed; nowhere unless configured. */
  webhookUrl: z
    .url({ protocol: /^https$/, error: 'must be an https URL' })
    .refine((url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '', {
      error: 'must hold no user or password: the signature says who sends',
    })
    .optional(),
  /** Does S3 write down who asks for audio? The lines hold signed URLs, so it is meant for the first runs. */
  accessLogs: z.boolean(),
  /** Does the stage have alarms? Each metric that one looks at costs every month. */
  alarms: z.boolean(),
  /** Does the stage have a dashboard? An account has three without a charge. */
  dashboard: z.boolean(),
  /** Where the runbook can be read; the alarms link to its sections. */
  runbookUrl: z.string().min(1),
  /** How many of each function that calls the provider run at once, at most. */
  reservedConcurrency: reservedConcurrencySchema,
  /** How many functions may run at once in the account (a quota; new accounts may have as few as 10). */
  accountConcurrency: z.number().int().positive(),
});

/** The API's own address. */
export interface Domain {
  readonly name: string;
  readonly certificateArn: string;
}

/** What the API asks of a token. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: readonly string[];
}

const configSchema = fieldsSchema.superRefine(
  ({ reservedConcurrency, accountConcurrency, settings, certificateArn, region }, context) => {
    const [, , , certificateRegion] = certificateArn?.split(':') ?? [];
    if (certificateRegion !== undefined && certificateRegion !== region) {
      context.addIssue({
        code: 'custom',
        path: ['certificateArn'],
        message: `is of a certificate in ${certificateRegion}, and the API is in ${region}: AWS wants one of the same region`,
      });
    }
    const problem = (message: string) =>
      context.addIssue({ code: 'custom', path: ['reservedConcurrency'], message });
    const sum = Object.values(reservedConcurrency).reduce((total, reserved) => total + reserved, 0);
    const left = accountConcurrency - sum;
    if (sum > 0 && left < unreserved) {
      problem(
        `comes to ${sum} of the account's ${accountConcurrency}, and AWS keeps ${unreserved} for all others: ` +
          'lower it, have the quota raised and set accountConcurrency, or reserve nothing (-c reservedConcurrency=none)',
      );
    }
    for (const name of ['submitUpload', 'checkUpload'] as const) {
      const reserved = reservedConcurrency[name] ?? 0;
      if (reserved > 0 && reserved < settings.limits.concurrency) {
        problem(`${name} is ${reserved}: one session alone uploads ${settings.limits.concurrency} at a time`);
      }
    }
  },
);

/** What the template is made from. */
export type Config = Omit<
  z.infer<typeof configSchema>,
  'jwtIssuer' | 'jwtAudience' | 'domainName' | 'certificateArn' | 'settings' | 'rightsQuestion'
> & {
  readonly settings: Settings;
  /** Undefined: AWS makes up the API's address. */
  readonly domain: Domain | undefined;
  /** Who signs the tokens of the API, and for whom; none when the stage has a user pool of its own. */
  readonly tokens: TokenRules | undefined;
};

export interface ConfigSource {
  /** Looks up `-c name=value` or `cdk.json`. */
  context(name: string): unknown;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The file of a stage, read after its name is known; none is read unless given. */
  readonly file?: (stage: string) => StageFile;
}

/** The fields that `-c`, a variable or the file of a stage may set; what the stage is called is no part of its file. */
export const configFields: readonly string[] = Object.keys(fieldsSchema.shape).filter(
  (name) => name !== 'stage',
);

/**
 * Reads the configuration: every field from `-c <field>=…`, else from `CHIRPSMITH_<FIELD>`, else from the file of the
 * stage, else its default. In text, lists are separated by commas; `settings` is JSON with only what differs from the
 * defaults.
 * @throws Error with one line per problem, each naming the field and how it is set there: by flag or variable, on one machine by variable
 */
export function readConfig({ context, environment, file = () => ({}) }: ConfigSource): Config {
  const named = (field: string): unknown => context(field) ?? environment[variableOf(field)];
  const stage = named('stage') || 'dev';
  const kept = file(String(stage));
  const strange = Object.keys(kept).filter((name) => !configFields.includes(name));
  if (strange.length > 0) {
    throw unusable(
      strange.map((name) => `- ${name}: the file of stage ${stage} has a field of this name; there is none`),
    );
  }
  // An empty value takes a field of the file back.
  const given = (field: string): unknown => {
    const value = named(field) ?? kept[field];
    return value === '' ? undefined : value;
  };
  const settings = settingsSchema.safeParse(jsonOf(given('settings') ?? {}));
  const result = configSchema.safeParse({
    stage,
    account: given('account'),
    region: given('region') ?? ambientRegion(stage, environment),
    providerBaseUrl: given('providerBaseUrl') ?? mountSea.baseUrl,
    providerCreditsUrl:
      given('providerCreditsUrl') ?? creditsUrlOf(String(given('providerBaseUrl') ?? mountSea.baseUrl)),
    relayBaseUrl: given('relayBaseUrl') ?? (stage === 'local' ? localRelay : undefined),
    allowedOrigins: listOf(given('allowedOrigins') ?? []),
    jwtIssuer: given('jwtIssuer') ?? (stage === 'local' ? localTokens.issuer : undefined),
    jwtAudience: listOf(given('jwtAudience') ?? (stage === 'local' ? localTokens.audience : undefined)),
    domainName: given('domainName'),
    certificateArn: given('certificateArn'),
    // The person at this machine sees them with everything else.
    inboxOwner: given('inboxOwner') ?? (stage === 'local' ? 'local' : 'inbox'),
    settings: jsonOf(given('settings') ?? {}),
    rightsQuestion: booleanOf(given('rightsQuestion') ?? true),
    audioDays: numberOf(
      given('audioDays') ?? (settings.success ? Math.min(settings.data.retentionDays, mostAudioDays) : 1),
    ),
    logDays: numberOf(given('logDays') ?? 30),
    // This machine sends no mail, even if the environment names a receiver.
    alarmEmail: stage === 'local' ? undefined : given('alarmEmail'),
    webhookUrl: stage === 'local' ? undefined : given('webhookUrl'),
    accessLogs: booleanOf(given('accessLogs') ?? false),
    alarms: booleanOf(given('alarms') ?? true),
    dashboard: booleanOf(given('dashboard') ?? true),
    runbookUrl: given('runbookUrl') ?? 'docs/runbook.md',
    reservedConcurrency: reservationsOf(given('reservedConcurrency') ?? {}),
    accountConcurrency: numberOf(given('accountConcurrency') ?? 1000),
  });
  if (!result.success) throw unusable(result.error.issues.map((issue) => describe(issue, stage)));
  const {
    jwtIssuer: issuer,
    jwtAudience: audience,
    domainName: name,
    certificateArn,
    settings: otherSettings,
    rightsQuestion,
    ...config
  } = result.data;
  requireBoth({ jwtIssuer: issuer, jwtAudience: audience }, stage);
  requireBoth({ domainName: name, certificateArn }, stage);
  return {
    ...config,
    settings: { ...otherSettings, rightsQuestion },
    tokens: issuer === undefined || audience === undefined ? undefined : { issuer, audience },
    domain: name === undefined || certificateArn === undefined ? undefined : { name, certificateArn },
  };
}

/** @throws Error that names the missing one of two fields that belong together */
function requireBoth(pair: Readonly<Record<string, unknown>>, stage: unknown): void {
  const missing = Object.keys(pair).filter((field) => pair[field] === undefined);
  const present = Object.keys(pair).filter((field) => pair[field] !== undefined);
  if (missing.length === 0 || present.length === 0) return;
  const [field = ''] = missing;
  throw unusable([`- ${field}: is required beside ${present.join()} ${howToSet(field, stage)}`]);
}

/** `jwtIssuer` → `CHIRPSMITH_JWT_ISSUER` */
export const variableOf = (field: string) =>
  `CHIRPSMITH_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** The local runtime keeps its data by region, so there a shell's AWS_REGION must not move it. */
function ambientRegion(stage: unknown, environment: ConfigSource['environment']): string {
  if (stage === 'local') return defaultRegion;
  return environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? defaultRegion;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function listOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** `none` reserves nothing: for an account whose quota is as low as a new one's. */
function reservationsOf(value: unknown): unknown {
  if (value !== 'none') return jsonOf(value);
  return Object.fromEntries(Object.keys(reservedConcurrencySchema.shape).map((name) => [name, 0]));
}

/**
 * A value as the file of a stage holds it: text from a flag or a variable becomes a list, a number or an object, where the
 * field is one.
 */
export function fileValueOf(field: string, value: unknown): unknown {
  if (field === 'allowedOrigins' || field === 'jwtAudience') return listOf(value);
  if (field === 'audioDays' || field === 'logDays' || field === 'accountConcurrency') return numberOf(value);
  if (['alarms', 'dashboard', 'accessLogs', 'rightsQuestion'].includes(field)) return booleanOf(value);
  if (field === 'settings' || field === 'reservedConcurrency') return jsonOf(value);
  return value;
}

/** Anything but the two words stays as it is, for the schema to refuse by the field's name. */
function booleanOf(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' ? Number(value) : value;
}

function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    // Left as text: the schema then says that an object is expected, and names the field.
    return value;
  }
}

function unusable(problems: readonly string[]): Error {
  return new Error(`The configuration cannot be used:\n${problems.join('\n')}`);
}

function describe(issue: z.core.$ZodIssue, stage: unknown): string {
  return `- ${issue.path.join('.')}: ${issue.message} ${howToSet(String(issue.path[0] ?? ''), stage)}`;
}

/** The stack of one machine is started without CDK, and has no flag for it. */
function howToSet(field: string, stage: unknown): string {
  if (stage === 'local' && field !== 'stage') return `(set ${variableOf(field)})`;
  return `(set -c ${field}=… or ${variableOf(field)})`;
}
