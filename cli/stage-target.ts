import type { Problem } from '../functions/shared/errors.ts';
import {
  type BucketSettings,
  copiedAudio,
  habitsVariable,
  homeDirectory,
  readReadyFile,
  settingsOfBucket,
  wayVariables,
} from '../local/index.ts';
import { shellQuote } from '../packages/terminal/shell-quote.ts';
import type { CliEvent } from './events.ts';
import type { Next } from './next.ts';
import { providerVariables } from './provider-variables.ts';

/** What a command drives, and as whom. */
export interface Target {
  /** A stage in AWS; none for the stack on this machine. */
  readonly stage: string | undefined;
  /** Whose sessions: on this machine any name, in AWS the e-mail address of the person who signs in. */
  readonly user: string | undefined;
  /** Where the stage is, when no file of its outputs is here. */
  readonly apiUrl: string | undefined;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  /** The same as flags, for the commands that we name. */
  readonly typed: readonly string[];
}

/** The flags that say so, as command-line/common-flags.ts declares them, and the variables in place of them. */
const variables = {
  stage: 'CHIRPSMITH_STAGE',
  user: 'CHIRPSMITH_USER',
  apiUrl: 'CHIRPSMITH_API_URL',
  issuer: 'CHIRPSMITH_ISSUER',
  clientId: 'CHIRPSMITH_CLIENT_ID',
} as const;

type TargetFlag = keyof typeof variables;

const typedAs: Readonly<Record<TargetFlag, string>> = {
  stage: '--stage',
  user: '--user',
  apiUrl: '--api-url',
  issuer: '--issuer',
  clientId: '--client-id',
};

/** Of these a stage must be named as well. */
const placeFlags = ['apiUrl', 'issuer', 'clientId'] as const;

/** As infra/config.ts has it: a stage is a part of names. */
const stagePattern = /^[a-z][a-z0-9-]{0,15}$/;

/**
 * What a command drives, from its flags and from variables.
 * @param typed the value of a flag, if one was given
 * @returns what is wrong with them in `problems`, all at once
 */
export function targetOf(
  typed: (flag: TargetFlag) => string | undefined,
  env: NodeJS.ProcessEnv,
): { target: Target; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const wanted = (flag: TargetFlag) => typed(flag) ?? (env[variables[flag]] || undefined);
  const stage = wanted('stage');
  if (stage !== undefined && !stagePattern.test(stage)) {
    const message = `"${stage}" is no name of a stage: 1 to 16 of a-z, 0-9 and -, beginning with a letter.`;
    problems.push({ where: typed('stage') === undefined ? variables.stage : '--stage', message });
  }
  const remote = stage !== undefined && stage !== 'local';
  for (const flag of remote ? [] : placeFlags) {
    if (typed(flag) === undefined) continue;
    problems.push({ where: typedAs[flag], message: 'Name the stage as well, as in --stage prod.' });
  }
  // As given, and what variables named: another shell does not have those.
  const complete = (['stage', ...placeFlags, 'user'] as const).filter(
    (flag) => flag === 'user' || remote || typed(flag) !== undefined,
  );
  const flags = complete.flatMap((flag) => {
    const value = wanted(flag);
    return value === undefined ? [] : [`${typedAs[flag]} ${shellQuote(value)}`];
  });
  return {
    target: {
      stage: remote ? stage : undefined,
      user: wanted('user'),
      apiUrl: wanted('apiUrl'),
      issuer: wanted('issuer'),
      clientId: wanted('clientId'),
      typed: flags,
    },
    problems,
  };
}

/** Variables without which a printed command would drive something else. A key is named, and never shown. */
function placeVariables(stage: string | undefined, env: NodeJS.ProcessEnv, about: Next['about']) {
  const { CHIRPSMITH_HOME } = env;
  // Where a stage's outputs are is in the home; who is paid is the stage's own.
  if (stage !== undefined) return { place: withValues({ CHIRPSMITH_HOME }), needs: [] };
  const { variables, needs } = providerVariables(env, about);
  const place = withValues({ CHIRPSMITH_HOME, ...variables, [habitsVariable]: env[habitsVariable] });
  return { place, needs };
}

/**
 * Commands that may start a stack while audio of a session is on its way: without that way it would know none, and delete
 * nothing from it. Flags are variables by then.
 */
const ofSessions: ReadonlySet<string> = new Set([
  ...['train', 'upload', 'resume', 'start', 'status'],
  ...['approve', 'decide', 'replace', 'cancel', 'delete'],
]);

/** Variables, and the names of those that hold secrets. */
type Named = BucketSettings;

/**
 * The way that was named, or else that of the stack of this home, which may have ended; or else the bucket in which an
 * earlier stack left copies. Where a bucket is, is what the stack was started with: a later shell may lack it.
 */
function wayNamed(env: NodeJS.ProcessEnv): Named {
  const { publicUrl, audioBucket, keepAudio } = wayVariables;
  const of = (given: Record<string, string | undefined>, { variables, secrets }: BucketSettings): Named => ({
    variables: { ...withValues(given), ...variables },
    secrets,
  });
  const tunnel = (url: string) => of({ [publicUrl]: url }, none);
  const [bucket, url] = [env[audioBucket], env[publicUrl]];
  if (bucket) return of({ [audioBucket]: bucket, [keepAudio]: env[keepAudio] }, settingsOfBucket(env));
  if (url) return tunnel(url);
  const home = homeDirectory(env);
  const { kind, name = '', keep, settings = none } = readReadyFile(home)?.audio ?? {};
  if (kind === 'tunnel') return tunnel(name);
  if (kind === 'bucket') return of({ [audioBucket]: name, [keepAudio]: keep ? 'yes' : undefined }, settings);
  const [copied] = copiedAudio(home);
  return copied ? of({ [audioBucket]: copied.name }, copied.settings) : none;
}

const none: Named = { variables: {}, secrets: [] };

function withValues(given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** The commands that an event names lead to the same place as the command that tells them, from any shell. */
export function leadingTo(
  target: Pick<Target, 'stage' | 'typed'>,
  env: NodeJS.ProcessEnv,
  event: CliEvent,
): CliEvent {
  if (!('next' in event) || event.next === undefined) return event;
  return { ...event, next: event.next.map((step) => completed(step, target, env)) };
}

/** The same of one step. */
export function completed(
  { about, ...step }: Next,
  { stage, typed }: Pick<Target, 'stage' | 'typed'>,
  env: NodeJS.ProcessEnv,
): Next {
  const [, given = '', name, rest = ''] =
    /^((?:[A-Z_0-9]+=\S+ )*)npx chirpsmith (\S+)(?: (.*))?$/s.exec(step.command ?? '') ?? [];
  if (name === undefined) return step;
  const isAudioGiven = given.includes(`${wayVariables.audioBucket}=`);
  const ofAudio = stage === undefined && ofSessions.has(name) && !isAudioGiven ? wayNamed(env) : none;
  const { place, needs: besides } = placeVariables(stage, env, about);
  const named = Object.entries({ ...place, ...ofAudio.variables }).filter(
    ([variable]) => !given.includes(`${variable}=`),
  );
  const variables = named.map(([variable, value]) => `${variable}=${shellQuote(value)} `);
  const keys = ['PROVIDER', 'RELAY'].filter((one) => place[`${one}_BASE_URL`] && startsStack(name));
  const needs = [
    ...(step.needs ?? []),
    ...besides,
    ...keys.map((one) => `${one}_API_KEY`),
    ...ofAudio.secrets,
  ];
  const taken = takes[name];
  const flags = typed.filter((flag) => {
    const [typedName = ''] = flag.split(' ');
    return !rest.split(' ').includes(typedName) && (taken?.includes(typedName) ?? true);
  });
  const words = ['npx chirpsmith', name, ...flags, ...(rest === '' ? [] : [rest])];
  return {
    ...step,
    command: variables.join('') + given + words.join(' '),
    ...(needs.length === 0 ? {} : { needs }),
  };
}

/** Such a stack is given the keys of this shell. */
const startsStack = (command: string) => !['stop', 'doctor'].includes(command);

/** What a command takes of the flags that name a stage and a user, where that is not all of them. */
const takes: Readonly<Record<string, readonly string[]>> = {
  start: [],
  stop: [],
  deploy: ['--stage'],
  destroy: ['--stage'],
};
