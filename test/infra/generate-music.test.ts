import { expect, test } from 'vitest';
import { definitionsOf } from '../../infra/asl-definitions.ts';
import { stateOf, statesOf } from './definition.ts';
import { synthesized, tuned } from './synthesized.ts';

const definition = definitionsOf(synthesized(tuned).app).get('chirpsmith-local-generate-music');

test('generate-music has the states of the design, under their names', () => {
  expect(
    statesOf(definition)
      .map(([name, { Type }]) => `${Type} ${name}`)
      .sort(),
  ).toEqual([
    'Choice Audio copied?',
    'Choice Music finished?',
    'Fail Music failed',
    'Pass Answer lost',
    'Pass Begin',
    'Succeed Music ready',
    'Task Check music',
    'Task Copy audio',
    'Task Record failure',
    'Task Request music',
    'Wait Wait for audio',
    'Wait Wait for music',
  ]);
});

test('generate-music catches every error outside the paid call, beside the input of the state', () => {
  for (const name of ['Check music', 'Copy audio']) {
    expect(stateOf(definition, name).Catch).toEqual([
      { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Record failure' },
    ]);
  }
  expect(stateOf(definition, 'Record failure')).toMatchObject({
    Next: 'Music failed',
    Parameters: { 'error.$': '$.error' },
  });
});
