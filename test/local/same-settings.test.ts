import { expect, test } from 'vitest';
import { asRunHere } from '../../local/provider-time.ts';
import { readAssembly } from '../../packages/local-aws/assembly.ts';
import { appWithoutCode, configured, propertiesOf, synthesized } from '../infra/synthesized.ts';

type SettingsByFunction = Readonly<Record<string, Record<string, unknown>>>;

/** What each function is set to, by its name without the stage's. */
const settingsOf = (
  functions: readonly { name: unknown; SETTINGS: unknown }[],
  stage: string,
): SettingsByFunction =>
  Object.fromEntries(
    functions.flatMap(({ name, SETTINGS }) =>
      typeof SETTINGS === 'string' ? [[String(name).replace(`-${stage}-`, '-'), JSON.parse(SETTINGS)]] : [],
    ),
  );

test('a deployed stage and this machine set each function the same, but for the differences that are listed here', () => {
  const { service } = synthesized(configured({ stage: 'prod' }));
  const deployed = settingsOf(
    Object.values(propertiesOf(service, 'AWS::Lambda::Function')).map(({ FunctionName, Environment }) => ({
      name: FunctionName,
      SETTINGS: Object(Environment).Variables?.SETTINGS,
    })),
    'prod',
  );
  const template = readAssembly(appWithoutCode(configured()).synth().directory);
  const here = (how: Parameters<typeof asRunHere>[1]) =>
    settingsOf(
      asRunHere(template, how).functions.map(({ name, environment: { SETTINGS } }) => ({ name, SETTINGS })),
      'local',
    );
  expect(Object.keys(deployed)).toContain('chirpsmith-prepare-session');
  expect(Object.values(deployed)).toContainEqual(expect.objectContaining({ rightsQuestion: true }));

  // All that differs, by what the stack of this machine runs with; docs/local.md and docs/rights.md say so.
  const changed = (change: (settings: Record<string, unknown>) => object) =>
    Object.fromEntries(
      Object.entries(deployed).map(([name, settings]) => [name, { ...settings, ...change(settings) }]),
    );
  // A provider elsewhere is asked as a deployed stage asks it.
  expect(here({ sandbox: false, speed: 1 })).toEqual(deployed);
  // Nothing leaves this machine for the sandbox, so nobody is asked whose recordings they are.
  expect(here({ sandbox: true, speed: 20 })).toEqual(changed(() => ({ rightsQuestion: false })));
  // A server on this machine keeps its own time: our waits are faster, and its deadlines stay as long.
  expect(here({ sandbox: false, speed: 20 })).toEqual(
    changed(({ schedules }) => ({
      timeScale: 20,
      schedules: Object.fromEntries(
        Object.entries(Object(schedules)).map(([name, schedule]) => [
          name,
          { ...Object(schedule), deadline: Object(schedule).deadline * 20 },
        ]),
      ),
    })),
  );
});
