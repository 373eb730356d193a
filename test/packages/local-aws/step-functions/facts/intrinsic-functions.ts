import { expect } from 'vitest';
import type { Json } from '../../../../../packages/local-aws/step-functions/json.ts';
import { expression, type Fact } from './fact.ts';

/** The call takes `$.a`, `$.b` and `$.c` from its inputs; what it gives, or that it fails. */
type Case = readonly [inputs: readonly Json[], result: unknown];
const fails = Symbol('States.IntrinsicFailure');

function calls(text: string, cases: readonly Case[], source: Fact['source'] = 'recorded'): Fact[] {
  return cases.map(([[a = null, b = null, c = null], result]) => ({
    title: `${text} of ${JSON.stringify([a, b, c])}`,
    source,
    definition: expression(text),
    input: { a, b, c },
    ...(result === fails ? { failure: { error: 'States.IntrinsicFailure' } } : { output: { result } }),
  }));
}

const halves: readonly Case[] = [
  [[-9, 3], -6],
  [[1.49, 1.5], 3],
  [[1.5, 1.51], 4],
  [[-1.49, -1.5], -2],
  [[-1.5, -1.51], -3],
  [[1.49, -1.49], 0],
  [[-0.5, 0], 0],
  [[-0.5, 0.5], 1],
  [[-1.5, 0], -1],
  [[-1.51, 0], -2],
  [[-2.5, 0], -2],
  [[2.5, 0], 3],
];

export const intrinsicFacts: readonly Fact[] = [
  ...calls('States.MathAdd($.a, $.b)', halves),
  ...calls('States.MathAdd($.a, $.b)', [[['1', 2], fails]], 'documented'),
  ...calls('States.StringSplit($.a, $.b)', [
    [[' ', ','], [' ']],
    [
      [', , ,', ','],
      [' ', ' '],
    ],
    [[',,,,', ','], []],
    [
      ['1,2,3', ','],
      ['1', '2', '3'],
    ],
    [
      ['This.is+a,test=string', '.+,='],
      ['This', 'is', 'a', 'test', 'string'],
    ],
    [
      ['split on T and \nnew line', 'T\n'],
      ['split on ', ' and ', 'new line'],
    ],
  ]),
  ...calls("States.Format('fst={} and snd={}.', $.a, $.b)", [
    [['', ''], 'fst= and snd=.'],
    [[null, 'x'], 'fst=null and snd=x.'],
    [[1, 1.1], 'fst=1 and snd=1.1.'],
    [[{ Arg1: 1, Arg2: [] }, true], 'fst={Arg1=1, Arg2=[]} and snd=true.'],
  ]),
  ...calls("States.Format('\\{\\} it\\'s {}', $.a)", [[['b'], "{} it's b"]], 'documented'),
  ...calls('States.StringToJson($.a)', [
    [[''], null],
    [[' '], null],
    [['null'], null],
    [['-0'], 0],
    [['1.1'], 1.1],
    [['true'], true],
    [['"HelloWorld"'], 'HelloWorld'],
    [['[1, 2, "HelloWorld"]'], [1, 2, 'HelloWorld']],
    [['{"Arg1": 1, "Arg2": []}'], { Arg1: 1, Arg2: [] }],
  ]),
  ...calls('States.StringToJson($.a)', [[['{'], fails]], 'documented'),
  ...calls('States.JsonToString($.a)', [
    [[null], 'null'],
    [[1.1], '1.1'],
    [['HelloWorld'], '"HelloWorld"'],
    [[{ Arg1: 1, Arg2: [] }], '{"Arg1":1,"Arg2":[]}'],
  ]),
  ...calls('States.JsonMerge($.a, $.b, false)', [
    [
      [
        { a: { a1: 1, a2: 2 }, b: 2, d: 3 },
        { a: { a3: 1, a4: 2 }, c: 3, d: 4 },
      ],
      { a: { a3: 1, a4: 2 }, b: 2, c: 3, d: 4 },
    ],
  ]),
  ...calls('States.Base64Encode($.a)', [
    [[''], ''],
    [['Data to encode'], 'RGF0YSB0byBlbmNvZGU='],
  ]),
  // UTF-8, as Java writes it.
  ...calls('States.Base64Encode($.a)', [[['é🎵'], 'w6nwn461']], 'documented'),
  ...calls('States.Base64Decode($.a)', [
    [[''], ''],
    [['RGF0YSB0byBlbmNvZGU='], 'Data to encode'],
  ]),
  ...calls(
    'States.Base64Decode($.a)',
    [
      [['w6nwn461'], 'é🎵'],
      [['no base 64!'], fails],
    ],
    'documented',
  ),
  ...calls('States.Hash($.a, $.b)', [
    [['input data', 'MD5'], '812f45842bc6d66ee14572ce20db8e86'],
    [['input data', 'SHA-1'], 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    [['input data', 'SHA-256'], 'b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3'],
  ]),
  ...calls('States.Hash($.a, $.b)', [[['input data', 'CRC32'], fails]], 'documented'),
  ...calls('States.Array()', [[[], []]]),
  ...calls('States.Array($.a, $.b)', [
    [
      [null, 1],
      [null, 1],
    ],
    [
      [{ x: [] }, 'b'],
      [{ x: [] }, 'b'],
    ],
  ]),
  ...calls('States.ArrayPartition($.a, $.b)', [
    [[[], 2], []],
    [
      [[0, 1, 2], 1],
      [[0], [1], [2]],
    ],
    [
      [[0, 1, 2], 2],
      [[0, 1], [2]],
    ],
    [[[0, 1], 5], [[0, 1]]],
  ]),
  ...calls('States.ArrayPartition($.a, $.b)', [[[[0], 0], fails]], 'documented'),
  ...calls('States.ArrayContains($.a, $.b)', [
    [[[], null], false],
    [
      [
        [[1, 2, 3], 2],
        [1, 2, 3],
      ],
      true,
    ],
    [[[{ 1: 2, 2: [] }], { 1: 2, 2: [] }], true],
    [[[true, false], false], true],
    [[[1], '1'], false],
  ]),
  ...calls('States.ArrayRange($.a, $.b, $.c)', [
    [
      [0, 9, 3],
      [0, 3, 6, 9],
    ],
    [
      [0, 10, 3],
      [0, 3, 6, 9],
    ],
    [[1, 9, 9], [1]],
  ]),
  ...calls(
    'States.ArrayRange($.a, $.b, $.c)',
    [
      [[1, 9, 0], fails],
      [[1, 1001, 1], fails],
    ],
    'documented',
  ),
  ...calls('States.ArrayGetItem($.a, $.b)', [[[[1, 2, 3, 4, 5, 6], 5], 6]]),
  ...calls('States.ArrayGetItem($.a, $.b)', [[[[1], 1], fails]], 'documented'),
  ...calls('States.ArrayLength($.a)', [[[[1, 2, 3]], 3]]),
  ...calls(
    'States.ArrayUnique($.a)',
    [[[[1, 2, 3, 3, 3, 4, { a: 1 }, { a: 1 }]], [1, 2, 3, 4, { a: 1 }]]],
    'documented',
  ),
  ...calls('States.MathRandom($.a, $.b)', [[[7, 8], 7]], 'documented'),
  ...calls('States.UUID()', [
    [[], expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)],
  ]),
  {
    title: 'calls within calls, and literals with escapes',
    source: 'recorded',
    definition: expression(
      `States.JsonMerge(States.StringToJson('{"constant_in_literal": "false"}'), $$.Execution.Input.field, false)`,
    ),
    input: { field: { constant: 'value' } },
    output: { result: { constant: 'value', constant_in_literal: 'false' } },
  },
  {
    title: 'an argument whose path finds nothing ends the execution',
    source: 'documented',
    definition: expression('States.ArrayLength($.missing)'),
    input: {},
    failure: { error: 'States.Runtime' },
  },
];
