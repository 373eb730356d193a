import type { Json } from '../../../../../packages/local-aws/step-functions/json.ts';
import { type Fact, inOnly, only, pass, task } from './fact.ts';

const fails = (fields: Readonly<Record<string, Json>>) => only({ Type: 'Fail', ...fields });
const caught = (state: Readonly<Record<string, Json>>): Fact['definition'] => ({
  StartAt: 'Only',
  States: {
    Only: { ...state, End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] },
    Caught: { Type: 'Pass', End: true },
  },
});
const line = (state: Json) => ({ StartAt: 'Inner', States: { Inner: state } });
const runtime = { Type: 'Pass', InputPath: '$.missing', End: true };
const map = (inner: Json, more: Readonly<Record<string, Json>> = {}) => ({
  Type: 'Map',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'INLINE' },
    Comment: 'c',
    QueryLanguage: 'JSONPath',
    ...line(inner),
  },
  ...more,
});
const throws = (name: string) => () => {
  throw Object.assign(new Error('why'), { name });
};

export const failureFacts: readonly Fact[] = [
  {
    title: 'a Fail with error and cause',
    source: 'recorded',
    definition: fails({ Error: 'SomeFailure', Cause: 'the reason' }),
    input: {},
    failure: { error: 'SomeFailure', cause: 'the reason' },
  },
  {
    title: 'a Fail without fields has neither error nor cause',
    source: 'recorded',
    definition: fails({}),
    input: {},
    failure: {},
  },
  {
    title: 'a Fail reads error and cause from its input',
    source: 'recorded',
    definition: fails({ ErrorPath: '$.e', CausePath: '$.c' }),
    input: { e: 'error string', c: 'cause string' },
    failure: { error: 'error string', cause: 'cause string' },
  },
  {
    title: 'a Fail reads error and cause from the context object',
    source: 'recorded',
    definition: fails({ ErrorPath: '$$.State.Name', CausePath: '$$.StateMachine.Name' }),
    input: {},
    failure: { error: 'Only', cause: 'm' },
  },
  {
    title: 'a Fail makes error and cause by intrinsic functions',
    source: 'recorded',
    definition: fails({
      ErrorPath: "States.Format('{}', $.e)",
      CausePath: "States.Format('{}, caused by {}.', $.e, $.c)",
    }),
    input: { e: 'one', c: 'two' },
    failure: { error: 'one', cause: 'one, caused by two.' },
  },
  {
    title: 'a Fail whose path finds nothing ends as States.Runtime',
    source: 'recorded',
    definition: fails({ Error: 'E', CausePath: '$.c' }),
    input: { e: 1 },
    failure: {
      error: 'States.Runtime',
      cause: inOnly(
        `The JSONPath '$.c' specified for the field 'CausePath' could not be found in the input '{"e":1}'`,
      ),
    },
  },
  {
    title: 'a failure without error in a Parallel is caught by States.ALL only',
    source: 'documented',
    definition: caught({ Type: 'Parallel', Branches: [line({ Type: 'Fail' })] }),
    input: {},
    output: { Error: '', Cause: '' },
  },
  {
    title: 'States.Runtime is caught by nothing, not even by its name',
    source: 'recorded',
    definition: {
      StartAt: 'Only',
      States: {
        Only: task('any', {
          InputPath: '$.no.such.path',
          Retry: [{ ErrorEquals: ['States.Runtime'], MaxAttempts: 3 }],
          Catch: [
            { ErrorEquals: ['States.Runtime'], Next: 'Caught' },
            { ErrorEquals: ['States.ALL'], Next: 'Caught' },
          ],
          End: true,
        }),
        Caught: { Type: 'Succeed' },
      },
    },
    input: {},
    failure: {
      error: 'States.Runtime',
      cause: inOnly("Invalid path '$.no.such.path' : Missing property in path $['no']"),
    },
  },
  {
    title: 'States.Runtime inside a Map ends the execution, even if the Map catches it',
    source: 'documented',
    definition: caught(map(runtime)),
    input: [1],
    failure: { error: 'States.Runtime' },
  },
  {
    title: 'States.Runtime inside a Parallel ends the execution, even if it catches all',
    source: 'documented',
    definition: caught({ Type: 'Parallel', Branches: [line(runtime)] }),
    input: {},
    failure: { error: 'States.Runtime' },
  },
  {
    title: 'a Map whose items are no array ends the execution',
    source: 'documented',
    definition: caught(map({ Type: 'Succeed' }, { ItemsPath: '$.a' })),
    input: { a: 'text' },
    failure: { error: 'States.Runtime' },
  },
  {
    title: 'what a Map catches replaces its input at $',
    source: 'recorded',
    definition: {
      StartAt: 'Only',
      States: {
        Only: map(
          { Type: 'Fail', Error: 'E', Cause: 'c' },
          {
            ResultPath: null,
            InputPath: '$.arr',
            MaxConcurrency: 1,
            Catch: [{ ErrorEquals: ['E'], ResultPath: '$', Next: 'Caught' }],
            End: true,
          },
        ),
        Caught: { Type: 'Pass', End: true },
      },
    },
    input: { arr: [1] },
    output: { Error: 'E', Cause: 'c' },
  },
  {
    title: 'a time-out is caught with an empty cause',
    source: 'recorded',
    definition: {
      StartAt: 'Only',
      States: {
        Only: task('never', {
          TimeoutSeconds: 0.01,
          Catch: [
            { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
            { ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: 'Caught' },
          ],
          End: true,
        }),
        Wrong: { Type: 'Fail' },
        Caught: { Type: 'Succeed' },
      },
    },
    input: {},
    output: { error: { Error: 'States.Timeout', Cause: '' } },
    functions: { never: () => new Promise(() => {}) },
  },
  {
    title: 'States.TaskFailed catches any other error',
    source: 'documented',
    definition: {
      StartAt: 'Only',
      States: {
        Only: task('fails', { Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }], End: true }),
        Caught: { Type: 'Pass', InputPath: '$.Error', End: true },
      },
    },
    input: {},
    output: 'Lambda.Unknown',
    functions: { fails: throws('Broken') },
  },
  {
    title: 'empty lists of retriers and catchers are none',
    source: 'recorded',
    definition: only(task('fails', { Retry: [], Catch: [], End: true })),
    input: {},
    failure: { error: 'Lambda.Unknown' },
    functions: { fails: throws('Broken') },
  },
  {
    title: 'retriers wait their interval, grown, limited and drawn',
    source: 'recorded',
    definition: {
      StartAt: 'Only',
      States: {
        Only: task('fails', {
          Retry: [
            {
              ErrorEquals: ['States.ALL'],
              IntervalSeconds: 3,
              MaxAttempts: 2,
              BackoffRate: 2,
              MaxDelaySeconds: 5,
              JitterStrategy: 'NONE',
            },
          ],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Then' }],
          End: true,
        }),
        Then: { Type: 'Pass', InputPath: '$$.State.EnteredTime', End: true },
      },
    },
    input: {},
    output: '2026-01-01T00:00:08.000Z',
    functions: { fails: throws('Broken') },
  },
  {
    title: 'a failed intrinsic function of a task can be caught',
    source: 'documented',
    definition: {
      StartAt: 'Only',
      States: {
        Only: task('any', {
          Parameters: { 'x.$': 'States.StringToJson($.a)' },
          Catch: [{ ErrorEquals: ['States.IntrinsicFailure'], Next: 'Caught' }],
          End: true,
        }),
        Caught: { Type: 'Pass', InputPath: '$.Error', End: true },
      },
    },
    input: { a: '{' },
    output: 'States.IntrinsicFailure',
  },
  {
    title: 'a Pass that grows over 256 KiB ends the execution',
    source: 'recorded',
    definition: pass({ Parameters: { 'twice.$': 'States.Array($.big, $.big)' } }),
    input: { big: 'x'.repeat(140_000) },
    failure: {
      error: 'States.DataLimitExceeded',
      cause:
        "The state/task 'Only' returned a result with a size exceeding the maximum number of bytes service limit.",
    },
  },
];
