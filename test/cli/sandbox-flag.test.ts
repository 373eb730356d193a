import { describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { chosenHabits } from '../../local/index.ts';
import { prepared } from './prepared-folder.ts';
import { events, run } from './run-command.ts';

const parse = (name: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const command = commands.find((one) => one.name === name);
  if (!command) throw new Error(`${name} is no command`);
  return command.parse(argv, env);
};

describe('--realistic', () => {
  it.each(['start', 'train', 'upload', 'generate'])('of %s is a variable for the stack', (name) => {
    expect(parse(name, ['--realistic']).env).toMatchObject({ CHIRPSMITH_SANDBOX: 'realistic' });
    expect(parse(name, []).env.CHIRPSMITH_SANDBOX).toBeUndefined();
  });

  it('is refused where the sandbox is not used', () => {
    const problemsOf = (argv: readonly string[], env: NodeJS.ProcessEnv) =>
      parse('train', [...argv, '--realistic'], env)
        .problems.filter(({ where }) => where === '--realistic')
        .map(({ message }) => message);
    expect(problemsOf([], { PROVIDER_BASE_URL: 'https://x.test' }).join()).toContain('PROVIDER_BASE_URL');
    expect(problemsOf(['--stage', 'prod'], {}).join()).toContain('leave it out with a stage');
    expect(problemsOf([], {})).toEqual([]);
  });

  it('is one of two words as a variable', () => {
    expect(chosenHabits({})).toBe('kind');
    expect(chosenHabits({ CHIRPSMITH_SANDBOX: ' Realistic ' })).toBe('realistic');
    expect(() => chosenHabits({ CHIRPSMITH_SANDBOX: 'cruel' })).toThrow(
      'CHIRPSMITH_SANDBOX: It is neither kind nor realistic.',
    );
  });

  it('of a stack that runs already is noted, with the command that ends it; the session goes on', async () => {
    const { home, tracks } = await prepared();
    const ended = await run('train', [tracks, '--name', 'Night Drive', '--realistic', '--json'], { home });
    expect(ended.code).toBe(0);
    const note = events(ended).find(({ event }) => event === 'note');
    expect(note).toMatchObject({
      message: 'Its sandbox is kind, not realistic as asked for.',
      next: [{ command: `CHIRPSMITH_HOME=${home} CHIRPSMITH_SANDBOX=realistic npx chirpsmith stop` }],
    });
  });
});
