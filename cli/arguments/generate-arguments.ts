import { type Dialect, dialects } from '../../functions/provider/provider.ts';
import { longest } from '../../functions/sessions/music-rules.ts';
import {
  deadlineOf,
  type FlagKinds,
  type Flags,
  isMistyped,
  readFlags,
  refuseProblems,
  speedOf,
} from './flags.ts';

/** What `npm run generate --` was asked to do. */
export interface GenerateArguments {
  /** Music that was asked for before, to go on with instead: an id, perhaps only its beginning. */
  readonly session: string | undefined;
  readonly model: string | undefined;
  /** Name or id of a persona. */
  readonly persona: string | undefined;
  /** Which dialect it goes through; else what persona or model say. */
  readonly through: Dialect | undefined;
  readonly prompt: string;
  readonly tags: string;
  readonly title: string | undefined;
  readonly negativeTags: string | undefined;
  readonly instrumental: boolean;
  /** Folder for the audio, as typed. */
  readonly out: string;
  readonly speed: number | undefined;
  readonly deadline: number | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const generateFlags = {
  session: 'string',
  model: 'string',
  persona: 'string',
  through: 'string',
  prompt: 'string',
  tags: 'string',
  title: 'string',
  'negative-tags': 'string',
  instrumental: 'boolean',
  out: 'string',
  speed: 'string',
  deadline: 'string',
  yes: 'boolean',
  json: 'boolean',
  help: 'boolean',
} as const satisfies FlagKinds;

/** What makes a request, and has no meaning for one that was made. */
const ofRequest = ['model', 'persona', 'through', 'prompt', 'tags', 'title', 'negative-tags', 'instrumental'];

/**
 * Reads the arguments of `generate`; all problems at once.
 * @throws InputRejected
 */
export function parseGenerateArguments(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): GenerateArguments {
  const flags = readFlags(argv, generateFlags, env);
  const { text, given, words, problems } = flags;
  const session = text('session')?.trim();
  if (words.length > 0) {
    problems.push({
      where: words.join(' '),
      message: 'Put what the music is to be after --prompt, in quotes.',
    });
  }
  if (session !== undefined) {
    for (const flag of ofRequest.filter(given)) {
      problems.push({
        where: `--${flag}`,
        message: 'It was said when the music was asked for: leave it out.',
      });
    }
  } else if (!isMistyped(flags)) {
    // A persona, and the relay, have a model of their own.
    const usual = given('persona') || (given('through') && text('through')?.trim() !== 'mountsea');
    if (!given('model') && !usual) {
      const message = 'Say which model, as in --model "Night Drive". Yours: npm run models';
      problems.push({ where: '--model', message });
    }
    for (const flag of ['model', 'persona']) {
      if (given(flag) && text(flag)?.trim() === '')
        problems.push({ where: `--${flag}`, message: 'It is empty.' });
    }
    if (!text('prompt')?.trim() && !(given('prompt') && text('prompt') === undefined)) {
      problems.push({
        where: '--prompt',
        message: 'Say what the music is to be, as in --prompt "rain at night".',
      });
    }
  }
  for (const [flag, most] of [
    ['prompt', longest.prompt],
    ['tags', longest.tags],
    ['title', longest.title],
    ['negative-tags', longest.negativeTags],
  ] as const) {
    const length = [...(text(flag) ?? '')].length;
    if (length > most) {
      problems.push({ where: `--${flag}`, message: `It has ${length} characters: use at most ${most}.` });
    }
  }
  const through = throughOf(flags);
  const speed = speedOf(flags);
  const deadline = deadlineOf(flags);
  refuseProblems(flags);
  return {
    session,
    model: text('model')?.trim() || undefined,
    persona: text('persona')?.trim() || undefined,
    through,
    prompt: text('prompt') ?? '',
    tags: text('tags')?.trim() ?? '',
    title: text('title')?.trim() || undefined,
    negativeTags: text('negative-tags')?.trim() || undefined,
    instrumental: given('instrumental'),
    out: text('out') ?? 'music',
    speed,
    deadline,
    yes: given('yes'),
    json: given('json'),
    help: given('help'),
  };
}

function throughOf({ text, problems }: Flags): Dialect | undefined {
  const typed = text('through')?.trim();
  if (typed === undefined) return undefined;
  const dialect = dialects.find((one) => one === typed);
  if (dialect === undefined) {
    problems.push({ where: '--through', message: `"${typed}" is neither of ${dialects.join(' and ')}.` });
  }
  return dialect;
}
