import { parseArgs } from 'node:util';
import type { Problem } from '../functions/shared/errors.ts';
import { shellWord } from '../functions/shared/shell-word.ts';
import type { CliEvent, Next } from './events.ts';

/** What a command drives, and as whom. */
export interface Target {
  /** A stage in AWS; none for the stack on this machine. */
  readonly stage: string | undefined;
  /** Whose sessions: on this machine any name, in AWS the name to sign in with. */
  readonly user: string | undefined;
  /** Where the stage is, when no file of its outputs is here. */
  readonly apiUrl: string | undefined;
  readonly userPoolId: string | undefined;
  readonly clientId: string | undefined;
  /** The same as flags, for the commands that we name. */
  readonly typed: readonly string[];
}

/** Flags that every command takes, and the variables that stand for them. */
export const targetFlags = {
  stage: 'CHIRPSMITH_STAGE',
  user: 'CHIRPSMITH_USER',
  'api-url': 'CHIRPSMITH_API_URL',
  'user-pool-id': 'CHIRPSMITH_USER_POOL_ID',
  'client-id': 'CHIRPSMITH_CLIENT_ID',
} as const;

type TargetFlag = keyof typeof targetFlags;

const isTargetFlag = (name: string): name is TargetFlag => Object.hasOwn(targetFlags, name);

/** As infra/config.ts has it: a stage is a part of names. */
const stagePattern = /^[a-z][a-z0-9-]{0,15}$/;

/**
 * Takes the flags out of the arguments that say what to drive and as whom; the command knows nothing of them.
 * @returns what is wrong with them in `problems`, all at once
 */
export function readTarget(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): { target: Target; rest: readonly string[]; problems: readonly Problem[] } {
  const options = Object.fromEntries(
    Object.keys(targetFlags).map((flag) => [flag, { type: 'string' as const }]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const problems: Problem[] = [];
  const given = new Map<TargetFlag, string>();
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !isTargetFlag(token.name)) continue;
    const { name, value, inlineValue, index } = token;
    taken.add(index);
    if (!value || (!inlineValue && value.startsWith('-'))) {
      problems.push({ where: `--${name}`, message: `It needs a value, as in --${name}=….` });
      continue;
    }
    if (!inlineValue) taken.add(index + 1);
    if (given.has(name)) problems.push({ where: `--${name}`, message: 'It is given twice.' });
    given.set(name, value);
  }
  for (const flag of ['stage', 'api-url', 'user-pool-id', 'client-id'] as const) {
    if (given.has(flag) || !env[`npm_config_${flag.replaceAll('-', '_')}`]) continue;
    const script = env.npm_lifecycle_event ?? 'train';
    const message = `npm kept it for itself: put -- before the arguments, as in npm run ${script} -- … --${flag}`;
    problems.push({ where: `--${flag}`, message });
  }
  const wanted = (flag: TargetFlag) => given.get(flag) ?? (env[targetFlags[flag]] || undefined);
  const stage = wanted('stage');
  if (stage !== undefined && !stagePattern.test(stage)) {
    const message = `"${stage}" is no name of a stage: 1 to 16 of a-z, 0-9 and -, beginning with a letter.`;
    problems.push({ where: given.has('stage') ? '--stage' : targetFlags.stage, message });
  }
  for (const flag of ['api-url', 'user-pool-id', 'client-id'] as const) {
    if (!given.has(flag) || (stage !== undefined && stage !== 'local')) continue;
    problems.push({ where: `--${flag}`, message: 'Name the stage as well, as in --stage prod.' });
  }
  return {
    target: {
      stage: stage === 'local' ? undefined : stage,
      user: wanted('user'),
      apiUrl: wanted('api-url'),
      userPoolId: wanted('user-pool-id'),
      clientId: wanted('client-id'),
      typed: completeFlags(given, wanted, stage),
    },
    rest: argv.filter((_, index) => !taken.has(index)),
    problems,
  };
}

/** As given, and after them what stood in variables: another shell does not have those. */
function completeFlags(
  given: ReadonlyMap<TargetFlag, string>,
  wanted: (flag: TargetFlag) => string | undefined,
  stage: string | undefined,
): string[] {
  const places: readonly TargetFlag[] = ['stage', 'api-url', 'user-pool-id', 'client-id'];
  const ofStage = stage === undefined || stage === 'local' ? [] : places;
  const flags = new Set<TargetFlag>([...given.keys(), ...ofStage, 'user']);
  return [...flags].flatMap((flag) => {
    const value = wanted(flag);
    return value === undefined ? [] : [`--${flag} ${shellWord(value)}`];
  });
}

/** Variables without which a printed command would drive something else. Never the value of a key. */
const placeVariables = [
  'CHIRPSMITH_HOME',
  'PROVIDER_BASE_URL',
  'PROVIDER_CREDITS_URL',
  'RELAY_BASE_URL',
] as const;

/** The commands that an event names lead to the same place as the command that tells them, from any shell. */
export function leadingTo(
  target: Pick<Target, 'stage' | 'typed'>,
  env: NodeJS.ProcessEnv,
  event: CliEvent,
): CliEvent {
  if (!('next' in event) || event.next === undefined) return event;
  return { ...event, next: event.next.map((step) => complete(step, target, env)) };
}

function complete(
  step: Next,
  { stage, typed }: Pick<Target, 'stage' | 'typed'>,
  env: NodeJS.ProcessEnv,
): Next {
  const [, script, rest = ''] = /^npm run (\S+)(?: -- (.*))?$/s.exec(step.command ?? '') ?? [];
  if (script === undefined) return step;
  // Where a stage's outputs are is in the home; who is paid is the stage's own.
  const names = stage === undefined ? placeVariables : placeVariables.slice(0, 1);
  const variables = names.flatMap((name) => {
    const value = env[name];
    return value ? [`${name}=${shellWord(value)} `] : [];
  });
  const flags = script === 'stop' ? [] : typed;
  const words = [...flags, ...(rest === '' ? [] : [rest])];
  const args = words.length === 0 ? '' : ` -- ${words.join(' ')}`;
  return { ...step, command: `${variables.join('')}npm run ${script}${args}` };
}
