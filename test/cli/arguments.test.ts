import { describe, expect, it } from 'vitest';
import * as given from '../../cli/arguments/session-arguments.ts';
import { parseTrainArguments } from '../../cli/arguments/train-arguments.ts';
import * as help from '../../cli/help.ts';
import { InputRejected } from '../../cli/input-rejected.ts';
import { commandNames, run, temporaryFolder } from './run-command.ts';

type Problems = readonly { where: string; message: string }[];

function problemsOf(parse: () => unknown): Problems {
  try {
    parse();
  } catch (error) {
    if (error instanceof InputRejected) return error.problems;
    throw error;
  }
  throw new Error('was accepted');
}

const refusal = (argv: string[], env = {}): Problems => problemsOf(() => parseTrainArguments(argv, env));

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
        '--convert',
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
      convert: true,
      review: false,
      again: false,
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
    expect(parseTrainArguments([])).toMatchObject({ paths: [], name: 'Samples', minClips: undefined });
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
    [['--session', 'id', '--review'], '--review', 'no meaning'],
    [['--session', 'id', '--dry-run'], '--dry-run', 'no meaning'],
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

describe('arguments of the commands on sessions', () => {
  it('takes an id, or none for the list', () => {
    expect(given.parseStatusArguments([])).toMatchObject({ session: undefined, watch: false });
    expect(given.parseStatusArguments(['id', '--watch'])).toMatchObject({ session: 'id', watch: true });
  });

  it('takes one of the three decisions', () => {
    for (const choice of ['check-again', 'create-again', 'abandon']) {
      expect(given.parseDecideArguments(['id', `--${choice}`])).toMatchObject({ session: 'id', choice });
    }
  });

  const { parseSessionsArguments: sessions, parseStatusArguments: status } = given;
  const { parseResumeArguments: resume, parseCancelArguments: cancel } = given;
  const { parseApproveArguments: approve, parseDecideArguments: decide } = given;
  const { parseReplaceArguments: replace } = given;
  it.each([
    [sessions, ['id'], 'id'],
    [status, ['a', 'b'], 'b'],
    [status, ['--watch'], '--watch'],
    [status, ['a', '--name=x'], '--name'],
    [status, ['a', '--deadline=3'], '--deadline'],
    [resume, [], 'ID'],
    [resume, ['a', '--name'], '--name'],
    [resume, ['a', '--name', 'a\u0007b'], '--name'],
    [resume, ['a', '--watch', '--deadline=soon'], '--deadline'],
    [cancel, [], 'ID'],
    [cancel, ['a', '--watch'], '--watch'],
    [approve, ['a', 'b'], 'b'],
    [approve, ['a', '--yse'], '--yse'],
    [decide, ['a'], '--check-again, --create-again, --abandon'],
    [decide, ['a', '--check-again', '--abandon'], '--check-again, --abandon'],
    [decide, ['a', '--creat-again'], '--creat-again'],
    [decide, ['a', '--abandon', '--watch'], '--watch'],
    [decide, ['--abandon'], 'ID'],
    [replace, [], 'ID'],
    [replace, ['a'], 'TRACK'],
    [replace, ['a', '7'], 'FILE'],
    [replace, ['a', '7', 'f', 'g'], 'g'],
  ])('%o refuses %j, naming %s', (parse, argv, where) => {
    expect(problemsOf(() => parse(argv))).toContainEqual({ where, message: expect.stringMatching(/./) });
  });

  it('says so when npm kept a flag for itself', () => {
    const env = { npm_config_abandon: 'true', npm_lifecycle_event: 'decide' };
    expect(problemsOf(() => decide(['a'], env))).toEqual([
      { where: '--abandon', message: expect.stringContaining('npm run decide -- … --abandon') },
    ]);
    expect(problemsOf(() => parseTrainArguments([], { npm_config_dry_run: 'true' }))).toMatchObject([
      { where: '--dry-run' },
    ]);
  });
});

describe('the help', () => {
  it.each(Object.entries(help))('%s fits into 80 columns', (_, text) => {
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('is there for every command, whatever else is wrong', async () => {
    const home = await temporaryFolder();
    for (const command of commandNames) {
      const ended = await run(command, ['--help', '--deadline=soon'], { home });
      expect(ended.code).toBe(0);
      expect(ended.stdout).toContain(`npm run ${command}`);
    }
  });
});
