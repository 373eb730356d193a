import { afterEach, describe, expect, it, vi } from 'vitest';
import { environment } from '../../../functions/shared/environment.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the environment', () => {
  it('says which variable is missing or wrong, and never its value', () => {
    expect(() => environment('TABLE_NAME')).toThrow('Environment variable TABLE_NAME');
    vi.stubEnv('PROVIDER_BASE_URL', 'ftp://user:hunter2@example.com');
    expect(() => environment('PROVIDER_BASE_URL')).toThrow(
      /^Environment variable PROVIDER_BASE_URL: (?!.*hunter2)/,
    );
    vi.stubEnv('SETTINGS', '{"limits":{"minClips":2}}');
    expect(() => environment('SETTINGS')).toThrow('limits minClips');
    vi.stubEnv('SETTINGS', '{');
    expect(() => environment('SETTINGS')).toThrow('is not JSON');
  });

  it('runs in real time by default', () => {
    expect(environment('CLOCK_SPEED')).toBe(1);
    vi.stubEnv('CLOCK_SPEED', '20');
    expect(environment('CLOCK_SPEED')).toBe(20);
  });
});
