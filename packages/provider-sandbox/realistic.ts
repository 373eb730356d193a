import type { SandboxSettingsInput } from './settings.ts';

/**
 * The habits that are reported of such providers in autumn 2026, together; docs/local.md lists them. Of each there are
 * kinder ones, which are the default: a model is then made sooner, and a failure is one of ours.
 */
export const realistic = {
  // What the reference leaves open, as its prose and its neighbours have it.
  dialect: {
    resultName: 'result',
    statusCase: 'upper',
    strangePending: true,
    status200: true,
    envelope: true,
  },
  rateLimit: { calls: 20, seconds: 10, status: 430 },
  // One account for custom models, with three of them.
  accounts: 1,
  modelsPerAccount: 3,
  // Names of the service's own form; the models of before v6 are gone.
  models: { longestName: 16, retired: 'refused', base: 'v6' },
  // The audio comes late, and of most clips of a month not by itself.
  clips: { audioAfter: 20, unlocksPerMonth: 20, lockShownBy: 'flag' },
  // Not `head`: links of S3 answer GET alone, so no track would ever arrive.
  audio: { judgedBy: 'type', redirects: 'refused' },
} as const satisfies SandboxSettingsInput;
