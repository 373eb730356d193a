import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { withoutRightsQuestion } from '../../local/changed-settings.ts';
import { defaultSpeed, withDeadlinesOf } from '../../local/provider-time.ts';
import type { Assembly } from '../../packages/local-aws/assembly.ts';

describe('the speed of waits', () => {
  it.each([
    [undefined, 20],
    ['http://127.0.0.1:4703', 20],
    ['http://localhost:9000/v1', 20],
    ['http://[::1]:9000', 20],
    ['https://api.mountsea.ai', 1],
    ['http://127.0.0.1.example.com', 1],
  ])('with the provider %s is %s by default', (provider, speed) => {
    expect(defaultSpeed(provider)).toBe(speed);
  });

  it('shortens no deadline of a provider that keeps its own time', () => {
    const environment = { SETTINGS: JSON.stringify(defaultSettings), TABLE_NAME: 't' };
    const machine = { definition: { StartAt: 'A', TimeoutSeconds: 600, States: {} } };
    const assembly = {
      functions: [{ environment }, { environment: {} }],
      machines: [machine],
    } as unknown as Assembly;
    const stretched = withDeadlinesOf(assembly, 20);
    const settings = JSON.parse(stretched.functions[0]?.environment.SETTINGS ?? '') as typeof defaultSettings;
    expect(settings.schedules.training.deadline).toBe(20 * defaultSettings.schedules.training.deadline);
    expect(settings.schedules.training.checks).toEqual(defaultSettings.schedules.training.checks);
    expect(settings.limits).toEqual(defaultSettings.limits);
    expect(stretched.functions[1]?.environment).toEqual({});
    expect(stretched.machines[0]?.definition).toMatchObject({ StartAt: 'A', TimeoutSeconds: 12_000 });
    expect(withDeadlinesOf(assembly, 1)).toBe(assembly);
  });
});

it('beside the sandbox no function asks whose recordings they are, and nothing else changes', () => {
  const environment = { SETTINGS: JSON.stringify(defaultSettings), TABLE_NAME: 't' };
  const assembly = { functions: [{ environment }, { environment: {} }] } as unknown as Assembly;
  const [first, second] = withoutRightsQuestion(assembly).functions;
  expect(JSON.parse(first?.environment.SETTINGS ?? '')).toEqual({
    ...defaultSettings,
    rightsQuestion: false,
  });
  expect(first?.environment.TABLE_NAME).toBe('t');
  expect(second?.environment).toEqual({});
});
