import * as z from 'zod';
import { settingsSchema } from './settings.ts';

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.issues.push({ code: 'custom', message: 'is not JSON', input: text });
    return z.NEVER;
  }
});

/** Every variable that a function may be given, and how it is read. */
const variables = {
  STAGE: z.string().min(1),
  TABLE_NAME: z.string().min(1),
  AUDIO_BUCKET: z.string().min(1),
  PROVIDER_BASE_URL: z.url({ protocol: /^https?$/ }),
  /** Set by the local runtime beside its sandbox, whose port is another one each time. */
  PROVIDER_IS_SANDBOX: z.enum(['', 'yes']).default(''),
  /** Where links to audio are asked for, if not signed with S3; set by the local runtime only. It holds a secret. */
  AUDIO_LINKS_URL: z.union([z.literal(''), z.url({ protocol: /^http$/ })]).default(''),
  /** Host to ask for the account's credits; empty for none. */
  PROVIDER_CREDITS_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  PROVIDER_SECRET: z.string().min(1),
  /** Where the relay is; empty where there is none. */
  RELAY_BASE_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  RELAY_SECRET: z.string().min(1),
  SETTINGS: json.pipe(settingsSchema),
  STATE_MACHINE_ARN: z.string().startsWith('arn:'),
  BATCH_MACHINE_ARN: z.string().startsWith('arn:'),
  EVENT_BUS: z.string().min(1),
  EVENT_SOURCE: z.string().min(1),
  WEBHOOK_URL: z.url({ protocol: /^https$/ }),
  WEBHOOK_SECRET: z.string().min(1),
  INBOX_OWNER: z.string().min(1),
  MUSIC_MACHINE_ARN: z.string().startsWith('arn:'),
  /** How much faster than the wall's clock waits run; set by the local runtime only. */
  CLOCK_SPEED: z.coerce.number().positive().default(1),
};

/** The variables that there are. */
export type Variable = keyof typeof variables;

type Variables = { [K in keyof typeof variables]: z.infer<(typeof variables)[K]> };

/**
 * Reads one variable. Read at first use, not at import, so that a test can import a handler.
 * @throws Error naming the variable, never its value
 */
export function environment<K extends keyof Variables>(name: K): Variables[K] {
  const parsed = variables[name].safeParse(process.env[name]);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => [...issue.path, issue.message].join(' '));
    throw new Error(`Environment variable ${name}: ${issues.join('; ')}`);
  }
  return parsed.data as Variables[K];
}
