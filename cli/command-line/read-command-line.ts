import { parseArgs } from 'node:util';
import type { Problem } from '../../functions/shared/errors.ts';
import { type Target, targetOf } from '../stage-target.ts';
import { npmScript } from '../user-directory.ts';
import type { Described } from './define-command.ts';
import { nearestWord } from './nearest-word.ts';

/** What was typed after a command's name. */
export interface CommandLine<Arguments> {
  readonly args: Arguments;
  readonly help: boolean;
  readonly json: boolean;
  readonly target: Target;
  /** All that is wrong with it, in no case thrown. */
  readonly problems: Problem[];
}

/** npm knows these itself, and its own configuration may have set them. */
const npmsOwn = new Set(['yes', 'json', 'help']);

/** `--min-clips` of `minClips`. */
export const asTyped = (name: string) =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The values by their names in the declaration, and everything that is wrong with what was typed. */
export function readCommandLine(
  { flags, positionals, tooMany, name: command }: Described & { readonly tooMany: string },
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Omit<CommandLine<unknown>, 'args'> & {
  values: Readonly<Record<string, unknown>>;
  given: ReadonlySet<string>;
  mistyped: boolean;
} {
  const problems: Problem[] = [];
  const typed = new Map<string, string[]>();
  const words: string[] = [];
  let mistyped = false;
  /** The next word is the value of a flag that was mistyped. */
  let isValue = false;
  for (const token of tokensOf(flags, argv)) {
    if (token.kind === 'positional') {
      if (token.value === '') problems.push({ where: '""', message: 'An empty word.' });
      else if (!isValue) words.push(token.value);
    }
    isValue = false;
    if (token.kind !== 'option') continue;
    const { rawName: where, value, inlineValue } = token;
    const name = token.name === 'help' ? 'help' : nameOf(flags, token.name);
    const flag = name === undefined ? undefined : flags[name];
    if (name === undefined || (!flag && name !== 'help')) {
      mistyped = true;
      const nearest = nearestWord(token.name, [
        'help',
        ...Object.keys(flags).map((one) => asTyped(one).slice(2)),
      ]);
      const meantName = nearest === undefined ? undefined : nameOf(flags, nearest);
      isValue = value === undefined && meantName !== undefined && flags[meantName]?.value !== undefined;
      const meant = nearest === undefined ? '' : ` Did you mean --${nearest}?`;
      problems.push({ where, message: `There is no such option.${meant} See --help.` });
    } else if (typed.has(name) && !flag?.repeated) {
      problems.push({ where, message: 'It is given twice.' });
    } else if (flag?.value === undefined) {
      if (value !== undefined) problems.push({ where, message: 'It takes no value.' });
      typed.set(name, ['']);
    } else if (value === undefined || (!inlineValue && value.startsWith('-'))) {
      problems.push({ where, message: `It needs a value, as in ${where}=….` });
      typed.set(name, typed.get(name) ?? []);
    } else {
      typed.set(name, [...(typed.get(name) ?? []), value]);
    }
  }
  const script = npmScript(env);
  for (const name of script === undefined ? [] : Object.keys(flags)) {
    if (npmsOwn.has(name) || typed.has(name)) continue;
    if (!env[`npm_config_${asTyped(name).slice(2).replaceAll('-', '_')}`]) continue;
    const message = `npm kept it for itself: npx chirpsmith ${command} takes it, and so does npm run ${script} after --.`;
    problems.push({ where: asTyped(name), message });
    typed.set(name, []);
  }

  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    values[name] = flag.read(typed.get(name) ?? [], (message) => {
      problems.push({ where: flag.repeated && flag.short ? `-${flag.short}` : asTyped(name), message });
      return undefined;
    });
  }
  const left = [...words];
  for (const [name, { placeholder, missing, many, read }] of Object.entries(positionals)) {
    const taken = left.splice(0, many ? left.length : 1);
    if (taken.length === 0 && missing !== undefined) problems.push({ where: placeholder, message: missing });
    values[name] = read(taken);
  }
  if (left.length > 0) problems.push({ where: left.join(', '), message: tooMany });
  const { target, problems: ofTarget } = targetOf((flag) => typed.get(flag)?.[0] || undefined, env);
  problems.push(...ofTarget);
  return {
    values,
    given: new Set(typed.keys()),
    mistyped,
    problems,
    help: typed.has('help'),
    json: typed.has('json'),
    target,
  };
}

function tokensOf(flags: Described['flags'], argv: readonly string[]) {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const [name, { value, short }] of Object.entries(flags)) {
    options[asTyped(name).slice(2)] = {
      type: value === undefined ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short }),
    };
  }
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** The name in the declaration of a flag as it was typed. */
function nameOf(flags: Described['flags'], typed: string): string | undefined {
  return Object.keys(flags).find((name) => asTyped(name) === `--${typed}`);
}
