import * as z from 'zod';
import { trainingSchedule, uploadSchedule } from './default-schedules.ts';
import { scheduleSchema } from './schedule.ts';

const whole = z.number().int();

/**
 * What can be set without touching code. The template carries it to the functions as one JSON variable,
 * `SETTINGS`; every field has the default given here. Where the provider documents no number, the default
 * is a choice, and said to be one.
 */
export const settingsSchema = z.strictObject({
  limits: z
    .strictObject({
      /** Fewest clips the provider trains on (documented: 6). */
      minClips: whole.min(6).default(6),
      /** Most tracks in a session (reported: 100). */
      maxTracks: whole.min(6).max(100).default(100),
      /**
       * Shortest and longest track, in seconds (reported: 6 s to 30 min). A length is compared as it is shown: tenths
       * below ten seconds, whole ones above. That is the tolerance for what encoders pad.
       */
      minSeconds: z.number().positive().default(6),
      maxSeconds: z.number().positive().default(1800),
      /** Largest file, in bytes (reported: 500 MiB). */
      maxBytes: whole.positive().default(500 * 1024 * 1024),
      /** Longest model name, in characters (undocumented; a choice). */
      maxNameLength: whole.positive().default(80),
      /** Longest model name without a warning, in characters (reported: 16). */
      advisedNameLength: whole.positive().default(16),
      /** How often one track may be submitted to the provider in a run. */
      uploadAttempts: whole.positive().max(5).default(3),
      /** How often the same file may be submitted over all runs, before another file is needed (a choice). */
      attemptsInAll: whole.positive().max(50).default(9),
      /** How often prepare may be called in a run, after answers that prove it was not taken. */
      prepareCalls: whole.positive().max(10).default(6),
      /** How often create may be called after answers that prove it was not taken. */
      createCalls: whole.positive().max(10).default(5),
      /** Tracks on their way to the provider at the same time; all of a session's, unless it is lowered. */
      concurrency: whole.positive().max(100).default(100),
      /** Most files in a batch (a choice; the machine carries the ids of all of them, 8 bytes each). */
      maxBatchFiles: whole.positive().max(20_000).default(10_000),
      /** Files of a batch on their way to the provider at the same time. */
      batchConcurrency: whole.positive().max(1000).default(20),
      /** Models that the account can hold, as its administrator set it; without it there is no warning. */
      models: whole.positive().optional(),
      /** Largest file of a clip, in bytes (undocumented; a choice: 64 MiB). */
      maxClipBytes: whole.positive().default(64 * 1024 * 1024),
    })
    .prefault({}),
  schedules: z
    .strictObject({
      /** One upload, alone or as one of a session's. */
      upload: scheduleSchema.default(uploadSchedule),
      training: scheduleSchema.default(trainingSchedule),
      /** Making music: 30 to 120 s. */
      music: scheduleSchema.default({
        checks: [25, 35, 45, 55, 66, 78, 92, 108, 126],
        every: 15,
        later: { after: 240, every: 30 },
        deadline: 900,
      }),
      /** Copying the audio of clips, which may be refused for a while after they are complete. */
      audio: scheduleSchema.default({ checks: [5, 15, 30, 60], every: 60, deadline: 1200 }),
      /** Asking whether a create whose answer was lost was taken: several times over a minute. */
      settle: scheduleSchema.default({ checks: [5, 15, 30, 60], every: 30, deadline: 60 }),
    })
    .prefault({}),
  /** Credits, for telling a person what a run costs. */
  prices: z
    .strictObject({
      /** Training one model (documented: 100). */
      create: z.number().nonnegative().default(100),
      /** Uploading one track ("small", amount undocumented; a guess). */
      upload: z.number().nonnegative().default(1),
      /** Making music once (undocumented; about 40, as a client has it). */
      generate: z.number().nonnegative().default(40),
    })
    .prefault({}),
  /**
   * Lifetimes of signed URLs, in minutes. A URL also ends with the temporary credentials that signed it (S3 user
   * guide, "Sharing objects with presigned URLs"). Lambda renews a role's credentials at times of its own choice, so no
   * more than an hour is promised.
   */
  urls: z
    .strictObject({
      upload: whole.positive().max(60).default(60),
      /** How long the provider may take to fetch a track (undocumented; a choice). */
      download: whole.positive().max(60).default(60),
    })
    .prefault({}),
  /**
   * Seconds of a schedule in one second of the provider's. Other than 1 on one machine only, where our waits run faster
   * than a provider that keeps its own time.
   */
  timeScale: z.number().positive().default(1),
  /**
   * Must a person confirm that the recordings are theirs to train on? The local runtime turns it off beside its sandbox,
   * where nothing leaves this machine.
   */
  rightsQuestion: z.boolean().default(true),
  /** Days after which a session's record expires. */
  retentionDays: whole.positive().default(90),
});

export type Settings = z.infer<typeof settingsSchema>;

/** The settings with nothing changed. */
export const defaultSettings: Settings = settingsSchema.parse({});
