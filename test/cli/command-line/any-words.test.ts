import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { asTyped } from '../../../cli/command-line/read-command-line.ts';
import { commands } from '../../../cli/commands.ts';
import { anyCodePoint } from '../../../test-support/any-code-point.ts';
import { standing } from '../fake-session.ts';
import { commandNames, run } from '../run-command.ts';

/** So that a failure can be repeated. */
const seed = 20261127;

/** No argument and no variable can hold a NUL. */
const value = fc.oneof(
  fc.constantFrom('', ' ', '-', '--', '=', '-1', '1e9', 'NaN', '__proto__', 'constructor', '..', '%', '~'),
  fc.constantFrom('💥', '\ud800', '\n', '\u202e', 'http://', 's3://', '/dev/null', 'x'.repeat(300)),
  fc.string({ unit: anyCodePoint }).map((text) => text.replaceAll('\0', '')),
);

/** Flags of a command with values and without, words, and what looks like either. */
function wordsOf(names: readonly string[]): fc.Arbitrary<string[]> {
  const flag = fc.constantFrom('--json', '--help', ...names);
  const word = fc.oneof(
    fc.tuple(flag, value),
    fc.tuple(flag, value).map(([name, given]) => [`${name}=${given}`]),
    fc.tuple(fc.oneof(flag, value)),
    fc.tuple(value.map((text) => `--${text}`)),
    fc.constantFrom(['--'], ['-'], ['--='], ['--=x'], ['--__proto__=x'], ['-yh'], ['--no-yes']),
  );
  return fc.array(word, { maxLength: 5 }).map((all) => all.flat());
}

const flagsOf = ({ flags }: (typeof commands)[number]) =>
  Object.entries(flags).flatMap(([name, { short }]) => [asTyped(name), ...(short ? [`-${short}`] : [])]);

it('reads any words and any variables of any command without throwing', () => {
  const typed = fc
    .constantFrom(...commands)
    .chain((command) => fc.tuple(fc.constant(command), wordsOf(flagsOf(command))));
  const env = fc.record(
    {
      CHIRPSMITH_STAGE: value,
      CHIRPSMITH_USER: value,
      CHIRPSMITH_PUBLIC_URL: value,
      PROVIDER_BASE_URL: value,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(typed, env, ([command, argv], variables) => {
      for (const { where, message } of command.parse(argv, variables).problems) {
        expect(typeof where).toBe('string');
        expect(message).toMatch(/\S/);
      }
    }),
    { numRuns: 300, seed },
  );
});

it('ends any words with a code and words of its own, and never with a stack trace', async () => {
  const { home } = await standing({ status: 'failed' });
  // The others look at machines and accounts beyond this one, or follow a session.
  const tried = commands.filter(
    ({ name }) => commandNames.includes(name) && !['doctor', 'smoke'].includes(name),
  );
  const beyond = ['--stage', '--api-url', '--issuer', '--client-id', '--watch', '--deadline'];
  const typed = fc.constantFrom(...tried).chain((command) => {
    const flags = flagsOf(command).filter((flag) => !beyond.includes(flag));
    return fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constant(command.name) }, value), wordsOf(flags));
  });
  await fc.assert(
    fc.asyncProperty(typed, async ([name, argv]) => {
      const { code, stdout, stderr } = await run(name, argv, { home });
      expect(code).toEqual(expect.any(Number));
      expect(stdout + stderr).not.toMatch(/error in Chirpsmith itself|^\s+at .*:\d+:\d+/m);
    }),
    { numRuns: 40, seed },
  );
}, 20_000);
