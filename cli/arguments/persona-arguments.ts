import { personaTextProblems } from '../../functions/sessions/music-rules.ts';
import { type FlagKinds, isMistyped, readFlags, refuseProblems, speedOf } from './flags.ts';

/** What `npm run persona --` was asked to do. */
export interface PersonaArguments {
  /** The session of the music, its id or its beginning. */
  readonly from: string;
  readonly clip: string | undefined;
  readonly name: string;
  readonly description: string | undefined;
  /** Call once more, where an answer was lost. */
  readonly again: boolean;
  readonly speed: number | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const personaFlags = {
  from: 'string',
  clip: 'string',
  name: 'string',
  description: 'string',
  again: 'boolean',
  speed: 'string',
  yes: 'boolean',
  json: 'boolean',
  help: 'boolean',
} as const satisfies FlagKinds;

/**
 * Reads the arguments of `persona`; all problems at once.
 * @throws InputRejected
 */
export function parsePersonaArguments(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): PersonaArguments {
  const flags = readFlags(argv, personaFlags, env);
  const { text, given, words, problems } = flags;
  const [from, name, description] = [text('from')?.trim(), text('name')?.trim(), text('description')?.trim()];
  if (words.length > 0) {
    const message = 'Put the session after --from, and the name after --name, in quotes.';
    problems.push({ where: words.join(' '), message });
  }
  if (!isMistyped(flags)) {
    if (!given('from')) {
      const message = 'Say of which music, by its session, as in --from 3f2a; npm run sessions lists them.';
      problems.push({ where: '--from', message });
    }
    if (!given('name')) {
      problems.push({ where: '--name', message: 'Give it a name, as in --name "Her voice".' });
    }
  }
  for (const { where, message } of personaTextProblems({ name: name ?? '', description })) {
    if (where !== 'name' || name !== undefined)
      problems.push({ where: `--${where}`, message: `It ${message}.` });
  }
  if (given('clip') && text('clip')?.trim() === '') {
    problems.push({ where: '--clip', message: 'It is empty: leave it out for the first.' });
  }
  const speed = speedOf(flags);
  refuseProblems(flags);
  return {
    from: from ?? '',
    clip: text('clip')?.trim() || undefined,
    name: name ?? '',
    description: description || undefined,
    again: given('again'),
    speed,
    yes: given('yes'),
    json: given('json'),
    help: given('help'),
  };
}
