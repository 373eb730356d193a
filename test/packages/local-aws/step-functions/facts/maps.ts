import type { Json } from '../../../../../packages/local-aws/step-functions/json.ts';
import { type Fact, only, task } from './fact.ts';

const line = (state: Json, config: Json = { Mode: 'INLINE' }) => ({
  ProcessorConfig: config,
  StartAt: 'Inner',
  States: { Inner: state },
});
const inner = { Type: 'Pass', End: true };
const distributed = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };

export const mapFacts: readonly Fact[] = [
  {
    title: 'a Map gives the outputs of its items in their order',
    source: 'recorded',
    definition: only({ Type: 'Map', ItemProcessor: line(inner), End: true }),
    input: ['Hello', 'World'],
    output: ['Hello', 'World'],
  },
  {
    title: 'a Map without items gives none',
    source: 'documented',
    definition: only({ Type: 'Map', ItemProcessor: line(inner), End: true }),
    input: [],
    output: [],
  },
  {
    title: 'a Map selects its items, makes each of them by a template, and puts the results into its input',
    source: 'recorded',
    definition: only({
      Type: 'Map',
      InputPath: '$.detail',
      ItemsPath: '$.shipped',
      MaxConcurrency: 1,
      ItemSelector: {
        'value.$': '$$.Map.Item.Value',
        'index.$': '$$.Map.Item.Index',
        'partner.$': '$.delivery-partner',
        constant: 'HelloWorld',
      },
      ItemProcessor: line(inner),
      ResultSelector: { 'all.$': '$[*].value', 'first.$': '$[0]' },
      ResultPath: '$.detail.output',
      OutputPath: '$.detail.output',
      End: true,
    }),
    input: { detail: { 'delivery-partner': 'UQS', shipped: ['A', 'B'] } },
    output: { all: ['A', 'B'], first: { value: 'A', index: 0, partner: 'UQS', constant: 'HelloWorld' } },
  },
  {
    title: 'a Distributed Map hands its items to its child executions in batches, the last one what is left',
    source: 'documented',
    definition: only({
      Type: 'Map',
      ItemsPath: '$.items',
      ItemSelector: { 'n.$': '$$.Map.Item.Value' },
      ItemBatcher: { MaxItemsPerBatch: 2 },
      ItemProcessor: line(inner, distributed),
      End: true,
    }),
    input: { items: [1, 2, 3] },
    output: [{ Items: [{ n: 1 }, { n: 2 }] }, { Items: [{ n: 3 }] }],
  },
  {
    title: 'a Map within a Map',
    source: 'recorded',
    definition: only({
      Type: 'Map',
      ItemProcessor: {
        StartAt: 'Second',
        States: { Second: { Type: 'Map', ItemProcessor: line(inner), End: true } },
      },
      End: true,
    }),
    input: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    output: [
      [1, 2, 3],
      [4, 5, 6],
    ],
  },
  {
    title: 'a failed item is tried again with all of its Map',
    source: 'recorded',
    definition: only({
      Type: 'Map',
      ItemProcessor: line({ Type: 'Fail', Error: 'E', Cause: 'c' }),
      Retry: [{ ErrorEquals: ['E'], MaxAttempts: 2 }],
      End: true,
    }),
    input: [1],
    failure: { error: 'E', cause: 'c' },
  },
  {
    title: 'a Distributed Map gives the outputs of its items',
    source: 'recorded',
    definition: only({ Type: 'Map', Label: 'TestMap', ItemProcessor: line(inner, distributed), End: true }),
    input: ['Hello', 'World'],
    output: ['Hello', 'World'],
  },
  {
    title: 'an item of a Distributed Map is an execution with an input of its own',
    source: 'documented',
    definition: only({
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: line({ Type: 'Pass', InputPath: '$$.Execution.Input', End: true }, distributed),
      End: true,
    }),
    input: { items: [7] },
    output: [7],
  },
  {
    title: 'a Distributed Map goes on while no more fail than are tolerated',
    source: 'documented',
    definition: only({
      Type: 'Map',
      ToleratedFailurePercentage: 50,
      ItemProcessor: {
        ProcessorConfig: distributed,
        StartAt: 'Null?',
        States: {
          'Null?': { Type: 'Choice', Choices: [{ Variable: '$', IsNull: true, Next: 'No' }], Default: 'Yes' },
          No: { Type: 'Fail', Error: 'E' },
          Yes: { Type: 'Succeed' },
        },
      },
      End: true,
    }),
    input: [null, 1],
    output: [1],
  },
  {
    title: 'a Parallel gives the outputs of its branches, each of the same input',
    source: 'recorded',
    definition: only({
      Type: 'Parallel',
      Branches: [
        { StartAt: 'A', States: { A: task('double', { End: true }) } },
        { StartAt: 'B', States: { B: { Type: 'Pass', Parameters: { 'b.$': '$.n' }, End: true } } },
      ],
      End: true,
    }),
    input: { n: 4 },
    output: [8, { b: 4 }],
    functions: { double: ({ n }: { n: number }) => 2 * n },
  },
  {
    title: 'a Parallel selects its input and its result',
    source: 'documented',
    definition: only({
      Type: 'Parallel',
      InputPath: '$.in',
      Parameters: { 'n.$': '$.n' },
      Branches: [{ StartAt: 'A', States: { A: inner } }],
      ResultSelector: { 'first.$': '$[0].n' },
      ResultPath: '$.result',
      OutputPath: '$.result',
      End: true,
    }),
    input: { in: { n: 4 } },
    output: { first: 4 },
  },
  {
    title: 'a failed branch is tried again with all of its Parallel',
    source: 'recorded',
    definition: only({
      Type: 'Parallel',
      Branches: [{ StartAt: 'A', States: { A: { Type: 'Fail', Error: 'E', Cause: 'c' } } }],
      Retry: [{ ErrorEquals: ['E'], MaxAttempts: 2 }],
      End: true,
    }),
    input: {},
    failure: { error: 'E', cause: 'c' },
  },
];
