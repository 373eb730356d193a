import { describe, expect, it } from 'vitest';
import { parseStatusArguments } from '../../cli/arguments/session-arguments.ts';
import { parseTrainArguments } from '../../cli/arguments/train-arguments.ts';
import { InputRejected } from '../../cli/input-rejected.ts';

function refusal(argv: string[], env = {}): readonly { where: string; message: string }[] {
  try {
    parseTrainArguments(argv, env);
  } catch (error) {
    if (error instanceof InputRejected) return error.problems;
    throw error;
  }
  throw new Error('was accepted');
}

describe('arguments of train', () => {
  it('takes folders, files and every option, in any order', () => {
    expect(
      parseTrainArguments([
        'a b.mp3',
        '--name',
        ' Night Drive ',
        '--min-clips=8',
        'tracks/',
        '--speed',
        '0.5',
        '--skip-invalid',
        '-y',
        '--deadline',
        '90',
        '--json',
      ]),
    ).toEqual({
      paths: ['a b.mp3', 'tracks/'],
      name: 'Night Drive',
      session: undefined,
      minClips: 8,
      skipInvalid: true,
      review: false,
      dryRun: false,
      speed: 0.5,
      deadline: 90,
      yes: true,
      json: true,
      help: false,
    });
  });

  it('takes what follows -- for a file, whatever it looks like', () => {
    expect(parseTrainArguments(['--name', 'x', '--', '--odd.mp3']).paths).toEqual(['--odd.mp3']);
  });

  it('names the samples itself when nothing is given', () => {
    expect(parseTrainArguments([])).toMatchObject({ paths: [], name: 'Samples', minClips: 6 });
  });

  it('takes a name with a dash in front only when it is joined', () => {
    expect(parseTrainArguments(['f', '--name=-x']).name).toBe('-x');
    expect(refusal(['f', '--name', '--json'])).toContainEqual({
      where: '--name',
      message: 'It needs a value, as in --name=….',
    });
  });

  it.each([
    [['f', '--nmae', 'x'], '--nmae', 'Did you mean --name?'],
    [['f', '--name', 'x', '--skip'], '--skip', 'Did you mean --skip-invalid?'],
    [['f', '--name', 'x', '--min_clips=7'], '--min_clips', 'Did you mean --min-clips?'],
    [['f', '--name', 'x', '--Json'], '--Json', 'Did you mean --json?'],
    [['f', '--name', 'x', '-q'], '-q', 'There is no such option. See --help.'],
    [['f', '--name', 'x', '--constructor'], '--constructor', 'There is no such option. See --help.'],
    [['f', '--name', 'x', '--yes=no'], '--yes', 'takes no value'],
    [['f', '--name', 'x', '--name', 'y'], '--name', 'given twice'],
    [['f', '--name', ''], '--name', 'empty'],
    [['f', '--name', '   '], '--name', 'empty'],
    [['f', '--name', 'é'.repeat(81)], '--name', '81 characters'],
    [['f', '--name', 'a\nb'], '--name', 'control characters'],
    [['f'], '--name', 'Give the model a name'],
    [['f', '--name', 'x', '--min-clips', '5'], '--min-clips', 'from 6 to 24'],
    [['f', '--name', 'x', '--min-clips', '25'], '--min-clips', 'from 6 to 24'],
    [['f', '--name', 'x', '--min-clips', '6.5'], '--min-clips', 'not a whole number'],
    [['f', '--name', 'x', '--speed', '0'], '--speed', 'from 0.1 to 10000'],
    [['f', '--name', 'x', '--speed', '1e9'], '--speed', 'from 0.1 to 10000'],
    [['f', '--name', 'x', '--speed', '10001'], '--speed', 'from 0.1 to 10000'],
    [['f', '--name', 'x', '--deadline', 'soon'], '--deadline', 'not a number'],
    [['f', '--session', 'id'], 'f', 'has its files already'],
    [['--session', 'id', '--name', 'x'], '--name', 'has a name already'],
    [['', '--name', 'x'], '""', 'empty word'],
  ])('refuses %j', (argv, where, words) => {
    expect(refusal(argv)).toContainEqual({ where, message: expect.stringContaining(words) });
  });

  it('tells all problems at once', () => {
    expect(refusal(['f', '--nmae=x', '--speed=fast', '--min-clips=1']).map(({ where }) => where)).toEqual([
      '--nmae',
      '--min-clips',
      '--speed',
    ]);
  });

  it('says so when npm kept the options for itself', () => {
    expect(refusal(['tracks', 'Night Drive'], { npm_config_name: 'true' })[0]?.message).toContain('put --');
  });

  it('gives help whatever else is wrong', () => {
    expect(parseTrainArguments(['--help', '--speed=fast']).help).toBe(true);
  });
});

describe('arguments of status', () => {
  it('takes an id, or none for the list', () => {
    expect(parseStatusArguments([])).toMatchObject({ session: undefined, watch: false });
    expect(parseStatusArguments(['id', '--watch'])).toMatchObject({ session: 'id', watch: true });
  });

  it.each([[['a', 'b']], [['--watch']], [['a', '--name=x']]])('refuses %j', (argv) => {
    expect(() => parseStatusArguments(argv)).toThrow(InputRejected);
  });
});
