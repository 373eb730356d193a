/** Settings that messages name, each with its variable on one machine. */
const variables = {
  providerBaseUrl: 'PROVIDER_BASE_URL',
  providerCreditsUrl: 'PROVIDER_CREDITS_URL',
  relayBaseUrl: 'RELAY_BASE_URL',
} as const;

/** The stage that runs on one machine. */
export const isLocal = (stage: string): boolean => stage === 'local';

/** A setting as the person sets it who runs the stack: on one machine a variable, else a field of the configuration. */
export const settingName = (setting: keyof typeof variables, stage: string): string =>
  isLocal(stage) ? variables[setting] : setting;
