import { describe, expect, it } from 'vitest';
import type { Command } from '../../../cli/command-line/define-command.ts';
import { decide } from '../../../cli/commands/decide.ts';
import { status } from '../../../cli/commands/status.ts';
import { train } from '../../../cli/commands/train.ts';
import { commands } from '../../../cli/commands.ts';

const refusal = (argv: string[], env = {}) => train.parse(argv, env).problems;

/** The values, where nothing is wrong with them. */
function argumentsOf<Arguments>(command: Command<Arguments>, argv: string[]): Arguments {
  const { args, problems } = command.parse(argv, {});
  expect(problems).toEqual([]);
  return args;
}

describe('arguments of train', () => {
  it('takes folders, files and every option, in any order', () => {
    expect(
      argumentsOf(train, [
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
    ).toMatchObject({
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
    });
  });

  it('takes everything after -- for a file, even if it looks like a flag', () => {
    expect(argumentsOf(train, ['--name', 'x', '--', '--odd.mp3']).paths).toEqual(['--odd.mp3']);
  });

  it('needs no name where it makes the samples', () => {
    expect(argumentsOf(train, [])).toMatchObject({ paths: [], name: undefined, minClips: undefined });
  });

  it('takes a name with a dash in front only when it is joined', () => {
    expect(argumentsOf(train, ['f', '--name=-x']).name).toBe('-x');
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
    [['f', '--name', 'x', '--min-clips', '5'], '--min-clips', 'from 6 to 100'],
    [['f', '--name', 'x', '--min-clips', '101'], '--min-clips', 'from 6 to 100'],
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

  it('reports all problems at once', () => {
    expect(refusal(['f', '--nmae=x', '--speed=fast', '--min-clips=1']).map(({ where }) => where)).toEqual([
      '--nmae',
      '--min-clips',
      '--speed',
    ]);
  });

  it('says so when npm run kept a flag for itself, and says nothing of npm under npx', () => {
    const env = { npm_config_dry_run: 'true' };
    expect(refusal(['tracks', '--name', 'x'], { ...env, npm_lifecycle_event: 'train' })).toEqual([
      { where: '--dry-run', message: expect.stringContaining('npx chirpsmith train takes it') },
    ]);
    expect(refusal(['tracks', '--name', 'x'], { ...env, npm_lifecycle_event: 'npx' })).toEqual([]);
  });

  it('sees a request for help among other mistakes', () => {
    expect(train.parse(['--help', '--speed=fast'], {}).help).toBe(true);
  });
});

describe('arguments of the commands on sessions', () => {
  it('takes an id, or none for the list', () => {
    expect(argumentsOf(status, [])).toMatchObject({ session: undefined, watch: false });
    expect(argumentsOf(status, ['id', '--watch'])).toMatchObject({ session: 'id', watch: true });
  });

  it('takes one of the three decisions', () => {
    for (const choice of ['check-again', 'create-again', 'abandon']) {
      expect(argumentsOf(decide, ['id', `--${choice}`])).toMatchObject({ session: 'id' });
    }
  });

  it.each([
    ['sessions', ['id'], 'id'],
    ['status', ['a', 'b'], 'b'],
    ['status', ['--watch'], '--watch'],
    ['status', ['a', '--name=x'], '--name'],
    ['status', ['a', '--deadline=3'], '--deadline'],
    ['resume', [], 'ID'],
    ['resume', ['a', '--name'], '--name'],
    ['resume', ['a', '--name', 'a\u0007b'], '--name'],
    ['resume', ['a', '--watch', '--deadline=soon'], '--deadline'],
    ['cancel', [], 'ID'],
    ['cancel', ['a', '--watch'], '--watch'],
    ['approve', ['a', 'b'], 'b'],
    ['approve', ['a', '--yse'], '--yse'],
    ['decide', ['a'], '--check-again, --create-again, --abandon'],
    ['decide', ['a', '--check-again', '--abandon'], '--check-again, --abandon'],
    ['decide', ['a', '--creat-again'], '--creat-again'],
    ['decide', ['a', '--abandon', '--watch'], '--watch'],
    ['decide', ['--abandon'], 'ID'],
    ['replace', [], 'ID'],
    ['replace', ['a'], 'TRACK'],
    ['replace', ['a', '7'], 'FILE'],
    ['replace', ['a', '7', 'f', 'g'], 'g'],
  ])('%s refuses %j, naming %s', (name, argv, where) => {
    const command = commands.find((one) => one.name === name);
    expect(command?.parse(argv, {}).problems).toContainEqual({ where, message: expect.stringMatching(/./) });
  });
});
