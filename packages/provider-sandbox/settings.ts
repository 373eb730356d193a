import { z } from 'zod';

const seconds = z.number().nonnegative();

/** The format of the sandbox's answers. The provider documents none of these; a client must accept them all. */
export const dialectSchema = z
  .strictObject({
    /** Answer POSTs with 200 instead of 201. */
    status200: z.boolean().default(false),
    /** Where a task's result is: the reference says `data`, the prose `result`. */
    resultName: z.enum(['data', 'result']).default('data'),
    /** The result as an array of one. */
    resultArray: z.boolean().default(false),
    statusCase: z.enum(['lower', 'upper']).default('lower'),
    /** Use undocumented statuses while a task is pending. */
    strangePending: z.boolean().default(false),
    /**
     * What `createdAt` of a training says: when create was taken, so that `finishAt` gives its exact length, or when its
     * session was opened, whose record it is (undocumented which).
     */
    createdAtOf: z.enum(['task', 'session']).default('task'),
    /** How the relay answers a submission: both forms are documented. */
    relayAnswer: z.enum(['raw', 'envelope']).default('envelope'),
    /**
     * What the relay does with the `clip_id` of a plain song: it goes to the account of the clip, or to one that it
     * draws and may refuse the clip there, or does not know the field (undocumented which).
     */
    relayClip: z.enum(['same account', 'drawn account', 'ignored']).default('same account'),
    /** Whether the relay's errors have an HTTP status of their own, or come as 200 (undocumented). */
    relayErrors: z.enum(['status', 'as200']).default('status'),
    /** Every answer of MountSea's API within `{code, message, data}`, as its kind of service often has it (undocumented). */
    envelope: z.boolean().default(false),
  })
  .prefault({});

/** What can be set at the start, and changed while it runs. Credits and durations are choices, not facts. */
export const sandboxSettingsSchema = z.strictObject({
  dialect: dialectSchema,
  /** Credits of a new sandbox; changed later, the balance itself. */
  credits: z.number().nonnegative().default(10_000),
  /** Credits per call (create: documented; upload: "small"). */
  prices: z
    .strictObject({
      create: z.number().nonnegative().default(100),
      upload: z.number().nonnegative().default(1),
      /** Music: about 40, as a client has it. */
      generate: z.number().nonnegative().default(40),
      /** A persona: undocumented, and one relay is seen to take something. */
      persona: z.number().nonnegative().default(0),
    })
    .prefault({}),
  /** Dedicated accounts, and how many models each can hold (a limit exists; its number is undocumented). */
  accounts: z.number().int().positive().max(100).default(3),
  modelsPerAccount: z.number().int().nonnegative().default(1000),
  models: z
    .strictObject({
      /** Longest name that create takes, in characters (undocumented; 16 is reported of the service's own form). */
      longestName: z.number().int().positive().default(200),
      /**
       * What becomes of a request for music with a name of before v6, which are reported to be retired since
       * 2026-09-09: it is taken, refused, or made with the newest model.
       */
      retired: z.enum(['taken', 'refused', 'renamed']).default('taken'),
      /** What a model's details call its base, as it is when the training is taken; none are named without it. */
      base: z.string().optional(),
      /** What they call the base of every custom model since all were moved to it (reported: v6). */
      movedTo: z.string().optional(),
    })
    .prefault({}),
  durations: z
    .strictObject({
      /** An upload in seconds: log-normal, cut at both ends. About 20 s with a long tail. */
      upload: z
        .strictObject({
          median: seconds.default(20),
          /** Standard deviation of the logarithm; 0 makes every upload equally long. */
          spread: z.number().nonnegative().max(3).default(0.4),
          shortest: seconds.default(6),
          longest: seconds.default(240),
        })
        .prefault({}),
      /** A training in seconds, evenly spread (documented: 2 to 3 minutes). */
      training: z
        .strictObject({ shortest: seconds.default(120), longest: seconds.default(180) })
        .prefault({}),
      /** Music in seconds, evenly spread (documented: 30 to 120 s). */
      music: z.strictObject({ shortest: seconds.default(30), longest: seconds.default(120) }).prefault({}),
      /** Longest part of it that a task spends queued. */
      queued: seconds.default(3),
    })
    .prefault({}),
  clips: z
    .strictObject({
      /** Seconds for which the audio of a finished clip still answers 403: seen, its length is a choice. */
      audioAfter: seconds.default(6),
      /**
       * Clips of a month whose audio is unlocked by itself; the audio of the others is locked until `/_sandbox/unlocks`
       * names them. Reported since September 2026, with 20 or 60 a month. `null` locks none.
       */
      unlocksPerMonth: z.number().int().nonnegative().nullable().default(null),
      /**
       * How a locked clip is known: by a link that says so and a flag, by the flag beside a usual link, or only by the
       * 403 of the audio's host. Links and flag are reported; which of them a reseller hands on is not documented.
       */
      lockShownBy: z.enum(['link', 'flag', 'host']).default('link'),
      /** Seconds of the first clip of a call; each further one is a second longer, so that they differ. */
      seconds: seconds.default(8),
      /** What is served instead of audio, for a test. */
      audio: z.string().optional(),
    })
    .prefault({}),
  /** The provider documents no limit; users of such services meet them. */
  rateLimit: z
    .strictObject({
      /** Calls allowed in any `seconds` of provider time, credits aside; 0 sets no limit. */
      calls: z.number().int().nonnegative().default(0),
      seconds: z.number().int().positive().max(3600).default(1),
      /** Of a refusal: 429 is that of HTTP, 430 is reported of resellers. */
      status: z.union([z.literal(429), z.literal(430)]).default(429),
      /** Fewest seconds that a refusal asks to wait. */
      retryAfter: z.number().int().positive().max(3600).default(1),
    })
    .prefault({}),
  /** Milliseconds that every call takes, on the sandbox's clock. Not for a virtual clock held by its caller. */
  latency: z.number().nonnegative().default(0),
  audio: z
    .strictObject({
      /** Largest download in bytes. */
      maxBytes: z
        .number()
        .int()
        .positive()
        .default(512 * 1024 * 1024),
      /** Longest download in real milliseconds. */
      timeoutMs: z.number().int().positive().default(60_000),
      /**
       * Host names that its downloads can reach, as through a proxy that knows no others; a URL of another one is not
       * found. Empty for every host.
       */
      hosts: z.array(z.string().min(1)).default([]),
      /** A redirect that is refused counts as audio that is not found. */
      redirects: z.enum(['followed', 'refused']).default('followed'),
      /**
       * What it believes of a URL before it reads the audio. Resellers are reported to look at the suffix of its path,
       * at the Content-Type of the response, or to ask with HEAD first.
       */
      judgedBy: z.enum(['content', 'suffix', 'type', 'head']).default('content'),
    })
    .prefault({}),
});

export type SandboxSettings = z.infer<typeof sandboxSettingsSchema>;
export type SandboxSettingsInput = z.input<typeof sandboxSettingsSchema>;
export type Dialect = SandboxSettings['dialect'];

/** Lays a change over the settings: objects field by field, the rest replaced. Throws a ZodError. */
export function changedSettings(settings: SandboxSettings, change: unknown): SandboxSettings {
  return sandboxSettingsSchema.parse(merged(settings, z.record(z.string(), z.unknown()).parse(change)));
}

function merged(base: object, change: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(change)) {
    const old = result[name];
    result[name] = isPlain(old) && isPlain(value) ? merged(old, value) : value;
  }
  return result;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
