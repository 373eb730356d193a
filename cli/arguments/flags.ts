import { parseArgs } from 'node:util';
import { nameProblems as badName } from '../../functions/sessions/names.ts';
import type { Problem } from '../../functions/shared/errors.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { InputRejected } from '../input-rejected.ts';
import { targetFlags } from '../target.ts';
import { nearestFlag } from './nearest-flag.ts';

/** The flags of a command, without dashes: `string` takes a value. */
export type FlagKinds = Readonly<Record<string, 'string' | 'boolean'>>;

/** What was typed, and everything that is wrong with it so far. */
export interface Flags {
  /** What is no flag, in order. */
  readonly words: readonly string[];
  /** Grows while the values are read. */
  readonly problems: Problem[];
  given(flag: string): boolean;
  text(flag: string): string | undefined;
}

const unknownOption = 'There is no such option.';
/** What the local stack takes. */
const speeds = { from: 0.1, to: 10_000 };
/** Seconds; a week is long enough. */
const deadlines = { from: 0.01, to: 7 * 24 * 3600 };

const shortFlags: Readonly<Record<string, string>> = { y: 'yes', h: 'help' };
/** npm knows these itself, and its own configuration may have set them. */
const npmsOwn = new Set(['yes', 'json', 'help']);

/**
 * Splits the arguments into flags and words.
 * @param env only asked whether npm kept a flag for itself because `--` was missing
 */
export function readFlags(argv: readonly string[], flags: FlagKinds, env: NodeJS.ProcessEnv): Flags {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const [flag, type] of Object.entries(flags)) options[flag] = { type };
  const args = argv.map((arg) => {
    const long = /^-[a-z]$/i.test(arg) ? shortFlags[arg.slice(1)] : undefined;
    return long !== undefined && long in flags ? `--${long}` : arg;
  });
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });

  const problems: Problem[] = [];
  const values = new Map<string, string | true>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (token.value === '') problems.push({ where: '""', message: 'An empty word.' });
      else words.push(token.value);
    }
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const kind = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (kind === undefined) {
      const nearest = nearestFlag(name, [...Object.keys(flags), ...Object.keys(targetFlags)]);
      problems.push({
        where: rawName,
        message: `${unknownOption}${nearest ? ` Did you mean --${nearest}?` : ''} See --help.`,
      });
    } else if (values.has(name)) {
      problems.push({ where: rawName, message: 'It is given twice.' });
    } else if (kind === 'boolean') {
      if (value !== undefined) problems.push({ where: rawName, message: 'It takes no value.' });
      values.set(name, true);
    } else if (value === undefined || (!inlineValue && value.startsWith('-'))) {
      problems.push({ where: rawName, message: `It needs a value, as in ${rawName}=….` });
      values.set(name, true);
    } else {
      values.set(name, value);
    }
  }
  for (const flag of Object.keys(flags)) {
    if (npmsOwn.has(flag) || values.has(flag) || !env[`npm_config_${flag.replaceAll('-', '_')}`]) continue;
    const script = env.npm_lifecycle_event ?? 'train';
    const message = `npm kept it for itself: put -- before the arguments, as in npm run ${script} -- … --${flag}`;
    problems.push({ where: `--${flag}`, message });
    values.set(flag, true);
  }
  return {
    words,
    problems,
    given: (flag) => values.has(flag),
    text: (flag) => {
      const value = values.get(flag);
      return typeof value === 'string' ? value : undefined;
    },
  };
}

/**
 * All problems at once; none where help is wanted.
 * @throws InputRejected
 */
export function refuseProblems({ problems, given }: Flags): void {
  if (problems.length > 0 && !given('help')) {
    throw new InputRejected('The command cannot be run like this.', problems);
  }
}

/** Was a flag mistyped? What is missing then need not be told as well: it is the one that was meant. */
export function isMistyped({ problems }: Flags): boolean {
  return problems.some(({ message }) => message.startsWith(unknownOption));
}

/** A name for a model, trimmed. */
export function nameOf({ text, problems }: Flags): string | undefined {
  const name = text('name')?.trim();
  if (name === undefined) return undefined;
  for (const { message } of badName(name, defaultSettings.limits)) {
    problems.push({ where: '--name', message: `The name ${message}.` });
  }
  return name;
}

export function speedOf(flags: Flags): number | undefined {
  return numberOf(flags, 'speed', speeds);
}

export function deadlineOf(flags: Flags): number | undefined {
  return numberOf(flags, 'deadline', deadlines);
}

export function wholeNumberOf(
  flags: Flags,
  flag: string,
  range: { from: number; to: number },
): number | undefined {
  const value = numberOf(flags, flag, range);
  if (value === undefined || Number.isInteger(value)) return value;
  flags.problems.push({ where: `--${flag}`, message: `"${flags.text(flag)}" is not a whole number.` });
  return undefined;
}

function numberOf(
  { text, problems }: Flags,
  flag: string,
  { from, to }: { from: number; to: number },
): number | undefined {
  const typed = text(flag);
  if (typed === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(typed) ? Number(typed) : Number.NaN;
  if (value >= from && value <= to) return value;
  problems.push({ where: `--${flag}`, message: `"${typed}" is not a number from ${from} to ${to}.` });
  return undefined;
}
