import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorNames, settledCreateErrors } from '../../functions/shared/errors.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { trainingState } from '../../functions/shared/state-contracts.ts';
import { definitionsOf } from '../../infra/asl-definitions.ts';
import { slicesOf } from '../../infra/workflows/history-budget.ts';
import { aslProblems } from './asl-problems.ts';
import { stateOf, statesOf } from './definition.ts';
import { propertiesOf, synthesized, tuned } from './synthesized.ts';

const { app, service } = synthesized(tuned);
const definitions = definitionsOf(app);
const definition = definitions.get('chirpsmith-local-train-model');
const tasks = statesOf(definition).filter(([, { Type }]) => Type === 'Task');

/** Lambda's own errors, the function not having run; TooManyRequests is missing in CDK's default. */
const lambdaErrors = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
];

describe('every machine', () => {
  test.each([...definitions])('%s is accepted by asl-validator', (_, machine) => {
    expect(aslProblems(machine)).toBe('');
  });

  test.each([...definitions])('%s has no state name twice', (_, machine) => {
    const names = statesOf(machine).map(([name]) => name);
    expect(names).toHaveLength(new Set(names).size);
  });
});

describe('train-model', () => {
  test('has the states of the design, under their names', () => {
    expect(
      statesOf(definition)
        .map(([name, { Type }]) => `${Type} ${name}`)
        .sort(),
    ).toEqual([
      'Choice Review first?',
      'Choice Session prepared?',
      'Choice Training finished?',
      'Choice Upload finished?',
      'Fail Training failed',
      'Map Upload slice',
      'Map Upload tracks',
      'Pass Answer lost',
      'Pass Slice failed',
      'Pass Track failed',
      'Pass Track uploaded',
      'Succeed Model ready',
      'Succeed Waiting for approval',
      'Task Check training',
      'Task Check upload',
      'Task Create model',
      'Task Enough clips?',
      'Task Prepare session',
      'Task Record failure',
      'Task Submit upload',
      'Wait Wait for provider',
      'Wait Wait for training',
      'Wait Wait for upload',
    ]);
  });

  test('a session that asks for it ends before create, green, and waits for an approval', () => {
    expect(stateOf(definition, 'Enough clips?').ResultSelector).toMatchObject({ 'review.$': '$.review' });
    expect(stateOf(definition, 'Review first?')).toMatchObject({
      Choices: [{ Variable: '$.review', BooleanEquals: true, Next: 'Waiting for approval' }],
      Default: 'Create model',
    });
  });

  test.each(tasks)(
    '%s has a timeout, longer than its function may run',
    (_, { TimeoutSeconds, Resource }) => {
      const called = String(Resource).split(':').at(-1) ?? '';
      const limit = propertiesOf(service, 'AWS::Lambda::Function')[called]?.Timeout;
      expect(TimeoutSeconds).toBeGreaterThan(Number(limit));
    },
  );

  test.each(tasks.filter(([name]) => name !== 'Create model'))(
    '%s is repeated by ordered policies, on the errors of Lambda first',
    (_, { Retry = [] }) => {
      const errors = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(errors.slice(0, lambdaErrors.length)).toEqual(lambdaErrors);
      expect(errors).toEqual(
        expect.arrayContaining(['StorageUnavailable', 'RecordConflict', 'States.Timeout']),
      );
      // An error listed twice would count its attempts with the first policy only; States.ALL hides the rest.
      expect(errors).toHaveLength(new Set(errors).size);
      expect(errors).not.toContain('States.ALL');
    },
  );

  test('Create model is repeated by nothing: no policy, and no envelope of the SDK integration', () => {
    const create = stateOf(definition, 'Create model');
    expect(create).not.toHaveProperty('Retry');
    expect(create.Resource).toMatch(/^arn:aws:lambda:/);
    expect(
      JSON.stringify(
        statesOf(definition)
          .filter(([, { Retry }]) => Retry)
          .map(([name]) => name),
      ),
    ).not.toContain('Create model');
  });

  test('by policy, only Prepare session is repeated for the provider; what waits for it goes round the graph', () => {
    const waiting = tasks
      .filter(([, { Retry = [] }]) =>
        Retry.some(({ ErrorEquals }) => ErrorEquals.some((name) => name.startsWith('Provider'))),
      )
      .map(([name]) => name);
    expect(waiting).toEqual(['Prepare session']);
    const policies = stateOf(definition, 'Prepare session').Retry?.slice(-2);
    expect(policies).toEqual([
      { ErrorEquals: ['ProviderUnreachable'], IntervalSeconds: 5, BackoffRate: 3, MaxAttempts: 3 },
      { ErrorEquals: ['ProviderAnswerLost'], IntervalSeconds: 5, BackoffRate: 1, MaxAttempts: 1 },
    ]);
  });

  test('a throttled session waits as long as its state says, and is prepared again', () => {
    expect(stateOf(definition, 'Session prepared?')).toMatchObject({
      Choices: [
        { Variable: '$.verdict', StringEquals: 'waiting', Next: 'Wait for provider' },
        { Variable: '$.tracks[0]', IsPresent: true, Next: 'Upload tracks' },
      ],
      Default: 'Enough clips?',
    });
    expect(stateOf(definition, 'Wait for provider')).toMatchObject({
      SecondsPath: '$.wait',
      Next: 'Prepare session',
    });
  });

  test('every error name that it matches is of the closed set, or of AWS', () => {
    const matched = statesOf(definition)
      .flatMap(([, { Retry = [], Catch = [] }]) => [...Retry, ...Catch])
      .flatMap(({ ErrorEquals }) => ErrorEquals)
      .filter((name) => !/^(Lambda|States|Sandbox|Runtime)\./.test(name));
    expect(errorNames).toEqual(expect.arrayContaining([...new Set(matched)]));
  });

  test("every task gets its execution's name, also within the Map", () => {
    for (const [name, state] of tasks) {
      expect(state.Parameters, name).toMatchObject({
        execution: { 'Id.$': '$$.Execution.Id', 'Name.$': '$$.Execution.Name' },
        'input.$': '$',
      });
    }
  });

  test('every error outside a branch is recorded before the run fails with it', () => {
    for (const name of ['Prepare session', 'Upload tracks', 'Enough clips?', 'Check training']) {
      expect(stateOf(definition, name).Catch).toEqual([
        { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Record failure' },
      ]);
    }
    expect(stateOf(definition, 'Record failure')).toMatchObject({
      Next: 'Training failed',
      Parameters: { 'error.$': '$.error' },
    });
    expect(stateOf(definition, 'Training failed')).toMatchObject({
      ErrorPath: '$.error',
      CausePath: '$.cause',
    });
  });

  test('a create without an answer is looked into, not repeated and not given up', () => {
    expect(stateOf(definition, 'Create model').Catch).toEqual([
      { ErrorEquals: [...settledCreateErrors], ResultPath: '$.error', Next: 'Record failure' },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.lost', Next: 'Answer lost' },
    ]);
    expect(stateOf(definition, 'Answer lost').Next).toBe('Wait for training');
  });

  test('Answer lost gives Check training all that it needs, and counts against the calls of create', () => {
    const parameters = stateOf(definition, 'Answer lost').Parameters ?? {};
    expect(parameters).toMatchObject({ 'refusals.$': 'States.MathAdd($.refusals, 1)', wait: 5, waited: 0 });
    const fields = Object.keys(parameters).map((field) => field.replace('.$', ''));
    const needed = Object.entries(trainingState.shape).filter(
      ([, field]) => !field.safeParse(undefined).success,
    );
    expect(fields.sort()).toEqual([...needed.map(([field]) => field), 'lost'].sort());
  });

  test('Enough clips? ends with a complete position, so that Answer lost finds what it carries on', () => {
    const { ResultSelector } = stateOf(definition, 'Enough clips?');
    const position = { ...Object(ResultSelector), sessionId: 'session' };
    delete position['sessionId.$'];
    expect(trainingState.safeParse(position).success).toBe(true);
  });

  test('uploads as many tracks at a time as configured, in slices that are executions of their own', () => {
    const { tracks, tracksAtOnce, slicesAtOnce } = slicesOf(tuned.settings);
    expect(tracksAtOnce * slicesAtOnce).toBe(4);
    expect(stateOf(definition, 'Upload tracks')).toMatchObject({
      ItemsPath: '$.tracks',
      ItemBatcher: { MaxItemsPerBatch: tracks },
      MaxConcurrency: slicesAtOnce,
      ResultPath: '$.uploads',
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
    });
    expect(stateOf(definition, 'Upload slice')).toMatchObject({
      ItemsPath: '$.Items',
      MaxConcurrency: tracksAtOnce,
      ResultSelector: {},
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' } },
    });
    const left = { Parameters: { 'trackId.$': '$.trackId', 'verdict.$': '$.verdict' }, End: true };
    expect(stateOf(definition, 'Track uploaded')).toMatchObject(left);
    expect(stateOf(definition, 'Track failed')).toMatchObject(left);
  });

  test('what ends a slice is handed to Enough clips?, and ends no other slice', () => {
    expect(stateOf(definition, 'Upload slice').Catch).toEqual([
      { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Slice failed' },
    ]);
    expect(stateOf(definition, 'Slice failed')).toMatchObject({
      Parameters: { 'error.$': '$.error' },
      End: true,
    });
  });

  test('waits as long as the tasks say, in both loops', () => {
    expect(stateOf(definition, 'Wait for upload').SecondsPath).toBe('$.wait');
    expect(stateOf(definition, 'Wait for training').SecondsPath).toBe('$.wait');
  });

  test('ends by itself, but not before its loops have reached their deadlines, six turns of four tracks', () => {
    const { upload, training } = defaultSettings.schedules;
    const { TimeoutSeconds } = z.object({ TimeoutSeconds: z.number() }).parse(definition);
    expect(TimeoutSeconds).toBeGreaterThan(6 * upload.deadline + training.deadline + 3600);
  });
});
