import type { Problem } from '../../functions/shared/errors.ts';
import { readFlags, refuseProblems } from './flags.ts';

const approvals = ['never', 'any-change', 'broadening'] as const;

/** `npm run deploy --` */
export interface DeployArguments {
  /** `name=value` of each `-c`. */
  readonly context: readonly string[];
  /** Which changes the CDK asks about first. */
  readonly requireApproval: (typeof approvals)[number];
  /** Agrees to changes of the stage's configuration beforehand. */
  readonly yes: boolean;
  readonly json: false;
  readonly help: boolean;
}

/** `npm run destroy --` */
export interface DestroyArguments {
  readonly context: readonly string[];
  /** The storage stack as well. */
  readonly all: boolean;
  /** Does not ask. */
  readonly yes: boolean;
  readonly json: false;
  readonly help: boolean;
}

/** @throws InputRejected */
export function parseDeployArguments(argv: readonly string[], env: NodeJS.ProcessEnv = {}): DeployArguments {
  const { context, rest, problems } = takeContext(argv);
  const flags = readFlags(rest, { 'require-approval': 'string', yes: 'boolean', help: 'boolean' }, env);
  flags.problems.push(...problems, ...noWords(flags.words));
  const asked = flags.text('require-approval') ?? 'broadening';
  const requireApproval = approvals.find((one) => one === asked);
  if (requireApproval === undefined) {
    const message = `"${asked}" is none of ${approvals.join(', ')}.`;
    flags.problems.push({ where: '--require-approval', message });
  }
  refuseProblems(flags);
  return {
    context,
    requireApproval: requireApproval ?? 'broadening',
    yes: flags.given('yes'),
    json: false,
    help: flags.given('help'),
  };
}

/** @throws InputRejected */
export function parseDestroyArguments(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): DestroyArguments {
  const { context, rest, problems } = takeContext(argv);
  const flags = readFlags(rest, { all: 'boolean', yes: 'boolean', help: 'boolean' }, env);
  flags.problems.push(...problems, ...noWords(flags.words));
  refuseProblems(flags);
  const { given } = flags;
  return { context, all: given('all'), yes: given('yes'), json: false, help: given('help') };
}

/** `-c name=value`, as often as one likes: the configuration, as `cdk` takes it. */
function takeContext(argv: readonly string[]) {
  const context: string[] = [];
  const rest: string[] = [];
  const problems: Problem[] = [];
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at] ?? '';
    if (arg !== '-c' && arg !== '--context') {
      rest.push(arg);
      continue;
    }
    const pair = argv[++at] ?? '';
    if (/^\w+=/.test(pair)) context.push(pair);
    else problems.push({ where: arg, message: 'It needs a name and a value, as in -c logDays=90.' });
  }
  return { context, rest, problems };
}

function noWords(words: readonly string[]): Problem[] {
  return words.map((where) => ({ where, message: 'It is no option. The stage: --stage NAME' }));
}
