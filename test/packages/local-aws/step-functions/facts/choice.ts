import type { Json } from '../../../../../packages/local-aws/step-functions/json.ts';
import { type Fact, inOnly, only } from './fact.ts';

const machine = (rule: Readonly<Record<string, Json>>): Fact['definition'] => ({
  StartAt: 'Which?',
  States: {
    'Which?': { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
    Yes: { Type: 'Pass', Result: true, End: true },
    No: { Type: 'Pass', Result: false, End: true },
  },
});

/** Variable, what it is compared with, and what comes of it: against a literal, or a path to it. */
type Case = readonly [variable: Json, told: Json, holds: boolean];

function literal(operator: string, cases: readonly Case[], source: Fact['source'] = 'recorded'): Fact[] {
  return cases.map(([variable, told, holds]) => ({
    title: `${operator} ${JSON.stringify(told)} of ${JSON.stringify(variable)} is ${holds}`,
    source,
    definition: machine({ Variable: '$.a', [operator]: told }),
    input: { a: variable },
    output: holds,
  }));
}

function path(operator: string, cases: readonly Case[]): Fact[] {
  return cases.map(([variable, told, holds]) => ({
    title: `${operator}Path to ${JSON.stringify(told)} of ${JSON.stringify(variable)} is ${holds}`,
    source: 'recorded',
    definition: machine({ Variable: '$.a', [`${operator}Path`]: '$.b' }),
    input: { a: variable, b: told },
    output: holds,
  }));
}

const both = (operator: string, cases: readonly Case[]) => [
  ...literal(operator, cases),
  ...path(operator, cases),
];

const early = '2012-10-09T19:00:55Z';
const late = '2012-10-09T19:00:56Z';
const others: readonly Json[] = [null, 0, 1.1, '', ' ', 'HelloWorld', [], [''], {}, { A: 0 }, true];
/** The operator is true for `own` values only, and its opposite for all others only. */
const types = (own: readonly Json[]): Case[] =>
  [...others, early].flatMap((value): Case[] => {
    const holds = own.includes(value);
    return [
      [value, true, holds],
      [value, false, !holds],
    ];
  });

const conditions = (
  rule: Readonly<Record<string, Json>>,
  cases: readonly (readonly [Json, boolean])[],
): Fact[] =>
  cases.map(([a, holds]) => ({
    title: `${JSON.stringify(rule)} of ${JSON.stringify(a)} is ${holds}`,
    source: 'documented',
    definition: machine(rule),
    input: { a },
    output: holds,
  }));
const isNumeric = { Variable: '$.a', IsNumeric: true };
const isThree = { Variable: '$.a', NumericEquals: 3 };

export const choiceFacts: readonly Fact[] = [
  ...literal('IsNull', types([null])),
  ...literal('IsString', types(['', ' ', 'HelloWorld', early])),
  ...literal('IsNumeric', types([0, 1.1])),
  ...literal('IsBoolean', types([true])),
  ...literal('IsPresent', types([...others, early])),
  ...literal(
    'IsTimestamp',
    [
      [early, true, true],
      ['2012-10-09T19:00:55+01:00', true, true],
      ['2012-10-09T19:00:55', true, false],
      ['2012-02-30T19:00:55Z', true, false],
      ['2023-02-24', false, true],
      [7, false, true],
    ],
    'documented',
  ),
  {
    title: 'IsPresent: false holds of what is not there',
    source: 'documented',
    definition: machine({ Variable: '$.a.b', IsPresent: false }),
    input: { a: 'text' },
    output: true,
  },
  ...literal('BooleanEquals', [
    [true, true, true],
    [false, true, false],
    [false, false, true],
    ...others.filter((value) => value !== true).map((value): Case => [value, false, false]),
  ]),
  ...path('BooleanEquals', [
    [true, true, true],
    [false, true, false],
    ['', false, false],
  ]),
  ...both('NumericEquals', [
    [0, 0, true],
    [2.22, 2.22, true],
    [1.1, 1, false],
    [null, 0, false],
    ['', 0, false],
    [false, 0, false],
    [[], 0, false],
  ]),
  ...both('NumericLessThan', [
    [0, 1, true],
    [1, 1, false],
    [1, 0, false],
  ]),
  ...both('NumericGreaterThan', [
    [1, 0, true],
    [1, 1, false],
    [0, 1, false],
  ]),
  ...both('NumericLessThanEquals', [
    [0, 1, true],
    [1, 1, true],
    [1, 0, false],
  ]),
  ...both('NumericGreaterThanEquals', [
    [1, 0, true],
    [1, 1, true],
    [0, 1, false],
  ]),
  ...both('StringEquals', [
    ['Hello', 'Hello', true],
    [' ', '     ', false],
    ['\t\n', '\t\r\n', false],
  ]),
  ...literal(
    'StringEquals',
    others.filter((value) => value !== 'HelloWorld').map((value): Case => [value, 'HelloWorld', false]),
  ),
  ...both('StringLessThan', [
    ['', '', false],
    ['A', 'AB', true],
    ['AB', 'A', false],
  ]),
  ...both('StringGreaterThan', [
    ['', '', false],
    ['A', 'A ', false],
    ['AB', 'ABC', false],
  ]),
  ...both('StringLessThanEquals', [
    ['', '', true],
    ['A', 'AB', true],
    ['AB', 'A', false],
  ]),
  ...both('StringGreaterThanEquals', [
    ['', '', true],
    ['A', 'AB', false],
    ['AB', 'A', true],
  ]),
  ...literal(
    'StringMatches',
    [
      ['log-2026.txt', 'log-*.txt', true],
      ['log.txt', 'log-*.txt', false],
      ['a*b', 'a\\*b', true],
      ['axb', 'a\\*b', false],
      ['a.b', 'a?b', false],
      [5, '*', false],
    ],
    'documented',
  ),
  ...both('TimestampEquals', [
    [early, early, true],
    [early, late, false],
  ]),
  ...literal('TimestampEquals', [
    ...others.map((value): Case => [value, early, false]),
    ['2023-02-24 12:15:56.832957', early, false],
  ]),
  ...both('TimestampLessThan', [[late, early, false]]),
  ...literal('TimestampLessThan', [
    [early, early, false],
    [early, late, true],
  ]),
  ...both('TimestampGreaterThan', [[early, late, false]]),
  ...literal('TimestampGreaterThan', [
    [early, early, false],
    [late, early, true],
  ]),
  ...both('TimestampLessThanEquals', [[late, early, false]]),
  ...literal('TimestampLessThanEquals', [
    [early, early, true],
    [early, late, true],
  ]),
  ...both('TimestampGreaterThanEquals', [[early, late, false]]),
  ...literal('TimestampGreaterThanEquals', [
    [early, early, true],
    [late, early, true],
  ]),
  ...conditions({ And: [isNumeric, isThree] }, [
    [3, true],
    [4, false],
    ['3', false],
  ]),
  ...conditions({ Or: [isThree, { Variable: '$.a', IsNull: true }] }, [
    [3, true],
    [null, true],
    [4, false],
  ]),
  ...conditions({ Not: isThree }, [
    [3, false],
    [4, true],
  ]),
  {
    title: 'a Choice whose paths select its data gives the selected data on',
    source: 'documented',
    definition: {
      StartAt: 'Which?',
      States: {
        'Which?': {
          Type: 'Choice',
          InputPath: '$.in',
          OutputPath: '$.b',
          Choices: [{ Variable: '$.b', IsPresent: true, Next: 'End' }],
        },
        End: { Type: 'Succeed' },
      },
    },
    input: { in: { b: 2 } },
    output: 2,
  },
  {
    title: 'a Choice reads the context object',
    source: 'recorded',
    definition: machine({ Variable: '$$.Execution.Input.a', NumericLessThanEquals: 0 }),
    input: { a: 0 },
    output: true,
  },
  {
    title: 'a Choice of which no rule holds fails',
    source: 'documented',
    definition: only({ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'Only' }] }),
    input: { a: 1 },
    failure: { error: 'States.NoChoiceMatched' },
  },
  {
    title: 'a Choice about what is not there ends the execution',
    source: 'documented',
    definition: only({ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'Only' }] }),
    input: {},
    failure: {
      error: 'States.Runtime',
      cause: inOnly("Invalid path '$.a': The choice state's condition path references an invalid value."),
    },
  },
];
