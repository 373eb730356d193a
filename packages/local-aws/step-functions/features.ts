import { operatorNames } from './choice-rules.ts';
import { fieldsOf } from './definition.ts';
import { intrinsicFunctions } from './intrinsic-functions.ts';
import type { Json } from './json.ts';
import { parseDefinition } from './parse-definition.ts';
import { contextFields, pathForms } from './path.ts';

/** Something that the language of AWS has, and what the loader says to a machine that uses it. */
export interface Feature {
  readonly group: string;
  readonly name: string;
  /** A machine that uses it. */
  readonly sample: Json;
  /** Why the loader refuses the sample; undefined when it runs. */
  readonly refusal: string | undefined;
}

const everyState = ['Comment', 'QueryLanguage', 'Next', 'End'];
const variables = ['Assign'];

/** Fields that AWS documents beside those of {@link fieldsOf}; the loader refuses each. */
const otherFields: Readonly<Record<string, readonly string[]>> = {
  Task: ['TimeoutSecondsPath', 'HeartbeatSeconds', 'HeartbeatSecondsPath', 'Credentials', ...variables],
  Wait: variables,
  Pass: variables,
  Choice: variables,
  Succeed: [],
  Fail: [],
  Map: [
    'Iterator',
    'Parameters',
    'ItemReader',
    'ResultWriter',
    'MaxConcurrencyPath',
    'ToleratedFailureCount',
    'ToleratedFailureCountPath',
    'ToleratedFailurePercentagePath',
    ...variables,
  ],
  Parallel: variables,
  ItemProcessor: [],
  Retry: [],
  Catch: variables,
};

const otherPathForms = ['..name', '[1:-1]', '[:]', '[0,1]', "['a','b']", '[?(@.a == 1)]', '.length()'];
const otherContextFields = ['Execution.RedriveTime', 'Task.Token', 'Map.Item.Key', 'Map.Item.Source'];

const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:f';
const resources: Readonly<Record<string, string>> = {
  'a Lambda function': lambda,
  'lambda:invoke': 'arn:aws:states:::lambda:invoke',
  'another service': 'arn:aws:states:::sqs:sendMessage',
  'an API of the SDK': 'arn:aws:states:::aws-sdk:s3:listBuckets',
  'a callback': 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  'a job to wait for': 'arn:aws:states:::states:startExecution.sync:2',
  'an activity': 'arn:aws:states:eu-west-1:111122223333:activity:a',
};

const line = { StartAt: 'In', States: { In: { Type: 'Pass', End: true } } };
const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...line };
const rule = { Variable: '$', IsPresent: true, Next: 'X' };

/** The least that a state of each type needs. */
const least: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  Task: { Type: 'Task', Resource: lambda, End: true },
  Wait: { Type: 'Wait', Seconds: 1, End: true },
  Pass: { Type: 'Pass', End: true },
  Choice: { Type: 'Choice', Choices: [rule] },
  Succeed: { Type: 'Succeed' },
  Fail: { Type: 'Fail' },
  Map: { Type: 'Map', ItemProcessor: line, End: true },
  Parallel: { Type: 'Parallel', Branches: [line], End: true },
};

/** A value for a field, where `$.a` will not do, and what has to go for it. */
const values: Readonly<Record<string, Json>> = {
  Resource: lambda,
  Parameters: {},
  ItemSelector: {},
  ResultSelector: {},
  Assign: { a: 1 },
  TimeoutSeconds: 5,
  HeartbeatSeconds: 5,
  Credentials: { RoleArn: 'arn:aws:iam::111122223333:role/r' },
  Retry: [{ ErrorEquals: ['States.ALL'] }],
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X' }],
  Seconds: 1,
  Timestamp: '2026-01-31T12:00:00Z',
  Choices: [rule],
  Default: 'X',
  Label: 'L',
  MaxConcurrency: 1,
  ToleratedFailureCount: 1,
  ToleratedFailurePercentage: 1,
  ItemProcessor: line,
  Iterator: line,
  ItemReader: {},
  ItemBatcher: { MaxItemsPerBatch: 2 },
  ResultWriter: {},
  Branches: [line],
  ErrorEquals: ['A'],
  IntervalSeconds: 2,
  MaxAttempts: 1,
  BackoffRate: 1.5,
  MaxDelaySeconds: 9,
  JitterStrategy: 'FULL',
  Next: 'X',
  End: true,
  Comment: 'a word',
  QueryLanguage: 'JSONPath',
  Version: '1.0',
  StartAt: 'X',
  States: { X: { Type: 'Succeed' } },
  ProcessorConfig: { Mode: 'INLINE' },
};
const exclusive = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'];

function machineOf(state: Json, more: Readonly<Record<string, Json>> = {}): Json {
  return { StartAt: 'X', States: { X: state }, ...more };
}

function withField(type: string, field: string): Json {
  const value = values[field] ?? '$.a';
  switch (type) {
    case 'machine':
      return machineOf({ Type: 'Succeed' }, { [field]: value });
    case 'Retry':
      return machineOf({ ...least.Task, Retry: [{ ErrorEquals: ['A'], [field]: value }] });
    case 'Catch':
      return machineOf({ ...least.Task, Catch: [{ ErrorEquals: ['A'], Next: 'X', [field]: value }] });
    case 'ItemProcessor':
      return machineOf({ ...least.Map, ItemProcessor: { ...line, [field]: Object(line)[field] ?? value } });
  }
  const state: Record<string, Json> = { ...least[type] };
  if (exclusive.includes(field)) for (const other of exclusive) delete state[other];
  if (field === 'Next') delete state.End;
  if (['Label', 'ToleratedFailurePercentage', 'ItemBatcher'].includes(field)) {
    state.ItemProcessor = distributed;
  }
  return machineOf({ ...state, [field]: value });
}

const told: Readonly<Record<string, Json>> = {
  String: 'a',
  Numeric: 1,
  Boolean: true,
  Timestamp: '2026-01-31T12:00:00Z',
};

function withOperator(name: string): Json {
  const inner = { Variable: '$', IsPresent: true };
  const kind = Object.keys(told).find((prefix) => name.startsWith(prefix)) ?? '';
  const fields: Record<string, Json> =
    name === 'Not'
      ? { Not: inner }
      : name === 'And' || name === 'Or'
        ? { [name]: [inner] }
        : { Variable: '$.a', [name]: name.endsWith('Path') ? '$.b' : (told[kind] ?? true) };
  return machineOf({ Type: 'Choice', Choices: [{ ...fields, Next: 'X' }] });
}

const inParameters = (expression: string) => machineOf({ ...least.Pass, Parameters: { 'x.$': expression } });

function withFunction(name: string): Json {
  const count = intrinsicFunctions[name]?.takes[0] ?? 0;
  const args = name === 'Format' ? "'{}', $.a" : Array.from({ length: count }, () => '$.a').join(', ');
  return inParameters(`States.${name}(${args})`);
}

function* samples(): Generator<Omit<Feature, 'refusal'>> {
  for (const field of fieldsOf.machine ?? [])
    yield { group: 'Machine', name: field, sample: withField('machine', field) };
  for (const type of Object.keys(least))
    yield { group: 'Types of states', name: type, sample: machineOf(least[type] ?? null) };
  for (const field of everyState)
    yield { group: 'Every state', name: field, sample: withField('Pass', field) };
  for (const [type, others] of Object.entries(otherFields)) {
    for (const field of [...(fieldsOf[type] ?? []), ...others]) {
      if (type in least && (field === 'Type' || everyState.includes(field))) continue;
      yield { group: type, name: field, sample: withField(type, field) };
    }
  }
  for (const [name, config] of Object.entries({
    INLINE: { Mode: 'INLINE' },
    'DISTRIBUTED, STANDARD': distributed.ProcessorConfig,
    'DISTRIBUTED, EXPRESS': { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
  })) {
    yield {
      group: 'Map, ProcessorConfig',
      name,
      sample: machineOf({ ...least.Map, ItemProcessor: { ProcessorConfig: config, ...line } }),
    };
  }
  for (const [name, Resource] of Object.entries(resources)) {
    yield { group: 'Task, Resource', name, sample: machineOf({ ...least.Task, Resource }) };
  }
  for (const name of operatorNames) yield { group: 'Choice, operators', name, sample: withOperator(name) };
  for (const name of Object.keys(intrinsicFunctions)) {
    yield { group: 'Intrinsic functions', name: `States.${name}`, sample: withFunction(name) };
  }
  yield {
    group: 'Intrinsic functions',
    name: 'States.MathRandom with a seed',
    sample: inParameters('States.MathRandom(1, 9, 42)'),
  };
  for (const form of [...pathForms, ...otherPathForms]) {
    yield { group: 'Paths', name: form, sample: inParameters(form.startsWith('$') ? form : `$${form}`) };
  }
  yield {
    group: 'Paths',
    name: 'ResultPath with an index',
    sample: machineOf({ ...least.Pass, ResultPath: '$.a[0]' }),
  };
  const ofContext = Object.entries(contextFields).flatMap(([part, fields]) =>
    fields.map((field) => `${part}.${field}`),
  );
  for (const field of [...ofContext, ...otherContextFields]) {
    yield { group: 'Context object', name: `$$.${field}`, sample: inParameters(`$$.${field}`) };
  }
  yield {
    group: 'JSONata',
    name: 'QueryLanguage: JSONata',
    sample: machineOf({ ...least.Pass, QueryLanguage: 'JSONata' }),
  };
  for (const [type, field] of [
    ['Task', 'Arguments'],
    ['Pass', 'Output'],
    ['Map', 'Items'],
  ] as const) {
    yield { group: 'JSONata', name: `${type}.${field}`, sample: withField(type, field) };
  }
}

/** All features, with the loader's result for each. */
export function features(): Feature[] {
  return [...samples()].map((feature) => ({ ...feature, refusal: refusalOf(feature.sample) }));
}

function refusalOf(sample: Json): string | undefined {
  try {
    parseDefinition('m', sample);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace('the local runtime cannot run the machine m: ', '');
  }
}
