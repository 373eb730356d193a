import { decisions, type PaidWork, paidWorks } from '../../functions/sessions/session.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import {
  deadlineOf,
  type FlagKinds,
  type Flags,
  isMistyped,
  nameOf,
  readFlags,
  refuseProblems,
  speedOf,
  wholeNumberOf,
} from './flags.ts';

/** What every command is asked. */
interface Common {
  readonly json: boolean;
  readonly help: boolean;
}

/** `npm run sessions --` */
export type SessionsArguments = Common;

/** `npm run cancel --` */
export interface CancelArguments extends Common {
  /** The id as typed, perhaps only its beginning. */
  readonly session: string;
}

/** `npm run delete --` */
export interface DeleteArguments extends CancelArguments {
  readonly yes: boolean;
  /** What is paid and may still succeed, and is given up. */
  readonly abandon: readonly PaidWork[];
}

/** `npm run status --` */
export interface StatusArguments extends Common {
  /** None means the list. */
  readonly session: string | undefined;
  readonly watch: boolean;
  readonly deadline: number | undefined;
}

/** What the commands have in common after which a session goes on. */
export interface GoOnArguments extends CancelArguments {
  readonly watch: boolean;
  /** Seconds that we watch before we give up; the session goes on. */
  readonly deadline: number | undefined;
  /** `undefined` when the user left it to us. */
  readonly speed: number | undefined;
  readonly yes: boolean;
}

/** `npm run resume --` */
export interface ResumeArguments extends GoOnArguments {
  /** A corrected name for the model, trimmed. */
  readonly name: string | undefined;
  /** Train although some files have no clip, on at least so many. */
  readonly minClips: number | undefined;
}

/** `npm run decide --` */
export interface DecideArguments extends GoOnArguments {
  readonly choice: (typeof decisions)[number];
  /** With *create-again*: a corrected name for the model, trimmed. */
  readonly name: string | undefined;
}

/** `npm run replace --` */
export interface ReplaceArguments extends CancelArguments {
  /** Number or file name of the track, as typed. */
  readonly track: string;
  /** Path of the new file, as typed. */
  readonly file: string;
}

const common = { json: 'boolean', help: 'boolean' } as const satisfies FlagKinds;
const watching = { watch: 'boolean', deadline: 'string', ...common } as const satisfies FlagKinds;
const goingOn = { speed: 'string', yes: 'boolean', ...watching } as const satisfies FlagKinds;
const choosing = Object.fromEntries(decisions.map((choice) => [choice, 'boolean' as const]));

type Parse<Arguments> = (argv: readonly string[], env?: NodeJS.ProcessEnv) => Arguments;

/** @throws InputRejected */
export const parseSessionsArguments: Parse<SessionsArguments> = (argv, env = {}) => {
  const flags = readFlags(argv, common, env);
  if (flags.words.length > 0) {
    const message = 'The list takes no id; one session: npm run status -- ID';
    flags.problems.push({ where: flags.words.join(', '), message });
  }
  refuseProblems(flags);
  return commonOf(flags);
};

/** @throws InputRejected */
export const parseModelsArguments: Parse<Common> = (argv, env = {}) => {
  const flags = readFlags(argv, common, env);
  if (flags.words.length > 0) {
    flags.problems.push({ where: flags.words.join(', '), message: 'The list takes no name.' });
  }
  refuseProblems(flags);
  return commonOf(flags);
};

/** @throws InputRejected */
export const parseStatusArguments: Parse<StatusArguments> = (argv, env = {}) => {
  const flags = readFlags(argv, watching, env);
  const { words, problems, given } = flags;
  const deadline = watchedDeadline(flags);
  const [session, ...more] = words;
  if (more.length > 0) problems.push({ where: more.join(', '), message: 'One session at a time.' });
  if (given('watch') && session === undefined) {
    problems.push({ where: '--watch', message: 'Give the id of the session to watch.' });
  }
  refuseProblems(flags);
  return { session, watch: given('watch'), deadline, ...commonOf(flags) };
};

/** @throws InputRejected */
export const parseCancelArguments: Parse<CancelArguments> = (argv, env = {}) => {
  const flags = readFlags(argv, common, env);
  const session = onlySession(flags);
  refuseProblems(flags);
  return { session, ...commonOf(flags) };
};

/** @throws InputRejected */
export const parseDeleteArguments: Parse<DeleteArguments> = (argv, env = {}) => {
  const abandoning = { 'abandon-paid-training': 'boolean', 'abandon-paid-music': 'boolean' } as const;
  const flags = readFlags(argv, { yes: 'boolean', ...abandoning, ...common }, env);
  const session = onlySession(flags);
  const abandon = paidWorks.filter((work) => flags.given(`abandon-paid-${work}`));
  refuseProblems(flags);
  return { session, yes: flags.given('yes'), abandon, ...commonOf(flags) };
};

/** @throws InputRejected */
export const parseApproveArguments: Parse<GoOnArguments> = (argv, env = {}) => {
  const flags = readFlags(argv, goingOn, env);
  const read = goOnOf(flags);
  refuseProblems(flags);
  return read;
};

/** @throws InputRejected */
export const parseResumeArguments: Parse<ResumeArguments> = (argv, env = {}) => {
  const flags = readFlags(argv, { name: 'string', 'min-clips': 'string', ...goingOn }, env);
  const { minClips: from, maxTracks: to } = defaultSettings.limits;
  const minClips = wholeNumberOf(flags, 'min-clips', { from, to });
  const read = { ...goOnOf(flags), name: nameOf(flags), minClips };
  refuseProblems(flags);
  return read;
};

/** @throws InputRejected */
export const parseDecideArguments: Parse<DecideArguments> = (argv, env = {}) => {
  const flags = readFlags(argv, { name: 'string', ...choosing, ...goingOn }, env);
  const { given, problems } = flags;
  const chosen = decisions.filter(given);
  const [choice, ...others] = chosen;
  if (choice === undefined && !isMistyped(flags)) {
    const where = decisions.map((one) => `--${one}`).join(', ');
    problems.push({ where, message: 'Say which of the three. What each does: npm run decide -- --help' });
  }
  if (others.length > 0) {
    problems.push({ where: chosen.map((one) => `--${one}`).join(', '), message: 'Only one of them.' });
  }
  if (choice === 'abandon' && given('watch')) {
    problems.push({ where: '--watch', message: 'Nothing follows --abandon: leave it out.' });
  }
  const name = nameOf(flags);
  if (given('name') && choice !== 'create-again') {
    problems.push({ where: '--name', message: 'It is for --create-again only: leave it out.' });
  }
  const read = goOnOf(flags);
  refuseProblems(flags);
  return { ...read, choice: choice ?? 'check-again', name };
};

/** @throws InputRejected */
export const parseReplaceArguments: Parse<ReplaceArguments> = (argv, env = {}) => {
  const flags = readFlags(argv, common, env);
  const [session = '', track = '', file = '', ...more] = flags.words;
  const { problems } = flags;
  if (session === '') problems.push(noSession);
  else if (track === '') {
    const message = 'Name the track by its number or its file, as npm run status shows them.';
    problems.push({ where: 'TRACK', message });
  }
  if (session !== '' && file === '') {
    problems.push({ where: 'FILE', message: 'Name the file that takes its place.' });
  }
  if (more.length > 0)
    problems.push({ where: more.join(', '), message: 'One track and one file at a time.' });
  refuseProblems(flags);
  return { session, track, file, ...commonOf(flags) };
};

const noSession = {
  where: 'ID',
  message: 'Name the session by its id; its first 4 characters are enough; npm run sessions lists them.',
};

function commonOf({ given }: Flags): Common {
  return { json: given('json'), help: given('help') };
}

function onlySession({ words, problems }: Flags): string {
  const [session = '', ...more] = words;
  if (session === '') problems.push(noSession);
  if (more.length > 0) problems.push({ where: more.join(', '), message: 'One session at a time.' });
  return session;
}

function goOnOf(flags: Flags): GoOnArguments {
  const { given } = flags;
  const session = onlySession(flags);
  const deadline = watchedDeadline(flags);
  const speed = speedOf(flags);
  return { session, watch: given('watch'), deadline, speed, yes: given('yes'), ...commonOf(flags) };
}

function watchedDeadline(flags: Flags): number | undefined {
  if (flags.given('deadline') && !flags.given('watch')) {
    flags.problems.push({ where: '--deadline', message: 'It bounds the watching: add --watch.' });
  }
  return deadlineOf(flags);
}
