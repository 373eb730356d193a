import { parseArgs } from 'node:util';
import { nameProblems as badName } from '../functions/sessions/names.ts';
import type { Problem } from '../functions/shared/errors.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { InputRejected } from './input-rejected.ts';
import { nearestFlag } from './nearest-flag.ts';

/** What `npm run train --` was asked to do. */
export interface TrainArguments {
  /** Folders and files as typed; none means the samples. */
  readonly paths: readonly string[];
  /** Name of the model, trimmed. */
  readonly name: string;
  /** An existing session to start again, instead of files. */
  readonly session: string | undefined;
  readonly minClips: number;
  readonly skipInvalid: boolean;
  /** `undefined` when the user left it to us. */
  readonly speed: number | undefined;
  /** Seconds that we watch before we give up; the session goes on. */
  readonly deadline: number | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** What `npm run status --` was asked to do. */
export interface StatusArguments {
  /** None means the list. */
  readonly session: string | undefined;
  readonly watch: boolean;
  readonly deadline: number | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

const badArguments = 'The command cannot be run like this.';
/** What the local stack takes. */
const speeds = { from: 0.1, to: 10_000 };
/** Seconds; a week is long enough. */
const deadlines = { from: 0.01, to: 7 * 24 * 3600 };
const unknownOption = 'There is no such option.';
const samplesName = 'Samples';

type FlagKinds = Readonly<Record<string, 'string' | 'boolean'>>;

const trainFlags = {
  name: 'string',
  session: 'string',
  'min-clips': 'string',
  'skip-invalid': 'boolean',
  speed: 'string',
  deadline: 'string',
  yes: 'boolean',
  json: 'boolean',
  help: 'boolean',
} as const satisfies FlagKinds;

const statusFlags = {
  watch: 'boolean',
  deadline: 'string',
  json: 'boolean',
  help: 'boolean',
} as const satisfies FlagKinds;

const shortFlags: Readonly<Record<string, string>> = { y: 'yes', h: 'help' };

/**
 * Reads the arguments of `train`; all problems at once.
 * @param env only asked whether npm kept `--name` for itself because `--` was missing
 * @throws InputRejected
 */
export function parseTrainArguments(argv: readonly string[], env: NodeJS.ProcessEnv = {}): TrainArguments {
  const { text, given, paths, problems } = readFlags(argv, trainFlags);
  const help = given('help');
  const session = text('session');
  const minClips = wholeNumber(text('min-clips'), '--min-clips', clipRange, problems);
  const speed = numberIn(text('speed'), '--speed', speeds, problems);
  const deadline = numberIn(text('deadline'), '--deadline', deadlines, problems);

  let name = text('name')?.trim();
  if (session !== undefined) {
    if (session.trim() === '') problems.push({ where: '--session', message: 'Give the id of a session.' });
    for (const flag of ['name', 'min-clips', 'skip-invalid']) {
      if (given(flag)) {
        problems.push({ where: `--${flag}`, message: 'The session has its own already: leave it out.' });
      }
    }
    if (paths.length > 0) {
      problems.push({
        where: paths.join(', '),
        message: 'A session that exists has its files already: give either files or --session.',
      });
    }
  } else {
    if (name === undefined && paths.length === 0) name = samplesName;
    // A mistyped --nmae is told as such, not also as a name that is missing.
    if (name !== undefined || !problems.some(({ message }) => message.startsWith(unknownOption))) {
      problems.push(...nameProblems(name, env));
    }
  }

  if (problems.length > 0 && !help) throw new InputRejected(badArguments, problems);
  return {
    paths,
    name: name ?? '',
    session: session?.trim(),
    minClips: minClips ?? defaultSettings.limits.minClips,
    skipInvalid: given('skip-invalid'),
    speed,
    deadline,
    yes: given('yes'),
    json: given('json'),
    help,
  };
}

/**
 * Reads the arguments of `status`; all problems at once.
 * @throws InputRejected
 */
export function parseStatusArguments(argv: readonly string[]): StatusArguments {
  const { text, given, paths, problems } = readFlags(argv, statusFlags);
  const help = given('help');
  const deadline = numberIn(text('deadline'), '--deadline', deadlines, problems);
  const [session, ...more] = paths;
  if (more.length > 0) problems.push({ where: more.join(', '), message: 'One session id at a time.' });
  if (given('watch') && session === undefined) {
    problems.push({ where: '--watch', message: 'Give the id of the session to watch.' });
  }
  if (problems.length > 0 && !help) throw new InputRejected(badArguments, problems);
  return { session, watch: given('watch'), deadline, json: given('json'), help };
}

function readFlags(argv: readonly string[], flags: FlagKinds) {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const [flag, type] of Object.entries(flags)) options[flag] = { type };
  const args = argv.map((arg) => {
    const long = /^-[a-z]$/i.test(arg) ? shortFlags[arg.slice(1)] : undefined;
    return long !== undefined && long in flags ? `--${long}` : arg;
  });
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });

  const problems: Problem[] = [];
  const values = new Map<string, string | true>();
  const paths: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (token.value === '') problems.push({ where: '""', message: 'An empty path.' });
      else paths.push(token.value);
    }
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const kind = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (kind === undefined) {
      const nearest = nearestFlag(name, Object.keys(flags));
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
  return {
    paths,
    problems,
    given: (flag: string) => values.has(flag),
    text: (flag: string) => {
      const value = values.get(flag);
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function nameProblems(name: string | undefined, env: NodeJS.ProcessEnv): Problem[] {
  if (name === undefined) {
    const swallowed = env.npm_config_name !== undefined;
    return [
      {
        where: '--name',
        message: swallowed
          ? 'npm kept it for itself: put -- before the arguments, as in npm run train -- tracks --name "Night Drive".'
          : 'Give the model a name, as in --name "Night Drive".',
      },
    ];
  }
  return badName(name, defaultSettings.limits).map(({ message }) => ({
    where: '--name',
    message: `The name ${message}.`,
  }));
}

const clipRange = { from: defaultSettings.limits.minClips, to: defaultSettings.limits.maxTracks };

function wholeNumber(
  text: string | undefined,
  where: string,
  range: { from: number; to: number },
  problems: Problem[],
): number | undefined {
  const value = numberIn(text, where, range, problems);
  if (value === undefined || Number.isInteger(value)) return value;
  problems.push({ where, message: `"${text}" is not a whole number.` });
  return undefined;
}

function numberIn(
  text: string | undefined,
  where: string,
  { from, to }: { from: number; to: number },
  problems: Problem[],
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  problems.push({ where, message: `"${text}" is not a number from ${from} to ${to}.` });
  return undefined;
}
