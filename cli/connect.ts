import { isRunning } from '../functions/domain/session.ts';
import type { Problem } from '../functions/shared/errors.ts';
import {
  accountOfKey,
  type ChosenWay,
  chosenHabits,
  chosenWay,
  defaultSpeed,
  habitsVariable,
  homeDirectory,
  missingWay,
  nameOfWay,
  pathSettings,
} from '../local/index.ts';
import { isRunning as isProcessRunning } from '../packages/local-servers/process-identity.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import type { CommandContext } from './command.ts';
import {
  endLoadedAhead,
  findStack,
  type LocalStack,
  loadStackAhead,
  startStack,
  stopFirst,
  stopStack,
} from './local-stack.ts';
import { readStage } from './stage/stage.ts';
import { localTokens } from './tokens.ts';
import { UsageError } from './usage-error.ts';

/** A stack that answers, and what to do with it afterwards. */
export interface ConnectedStack {
  /** Who is paid, and how it gets the audio, where it does not reach it itself. */
  readonly stack: Pick<LocalStack, 'provider' | 'relay' | 'sandbox' | 'audio'> & {
    /** Of a stage: the bucket of its audio, where that is known here. */
    readonly bucket?: string | undefined;
  };
  readonly client: ApiClient;
  /** Whether this command has started it, with its own environment. */
  readonly startedHere: boolean;
  /** Seconds after which a session that is watched is looked at again at the latest. */
  readonly longestPause: number;
  /** Whether its process lives, where that can be seen. */
  isStackRunning(): boolean;
  /** Stops it if this command has started it and no session is under way; otherwise leaves it alone. */
  release(): Promise<void>;
}

/** Longest pause between requests to a stack on this machine, in seconds, even if Retry-After is longer. */
const longestPause = 0.5;

/**
 * Reaches the stage that the command names; without one uses the stack that runs for this home, or starts one.
 * @param speed what the user asked for; `undefined` takes what runs
 * @param options.quiet says nothing of the stack, but that one is being started, which takes a moment
 * @param options.spends credits may be spent: the provider must be the one that the environment names
 * @throws UsageError when credits may be spent and a stack runs with another provider than the environment names
 */
export async function connectStack(
  speed: number | undefined,
  context: CommandContext,
  { quiet, spends }: { quiet: boolean; spends: boolean },
): Promise<ConnectedStack> {
  const { display, env, signal, stillWanted, target, clock } = context;
  const { stage, user } = target;
  if (stage !== undefined) {
    // Loaded where it is needed, for it takes the libraries of a sign-in.
    const { connectStage } = await import('./stage/connect-stage.ts');
    return connectStage({ ...target, stage }, context, { quiet, speed });
  }
  const home = homeDirectory(env);
  checkProviderVariables(env);
  const way = chosenWay(env);
  const habits = chosenHabits(env);
  let stack = await findStack(home);
  let own = false;
  if (!stack) {
    const wanted = speed ?? defaultSpeed(env.PROVIDER_BASE_URL);
    display.emit({ event: 'stack.starting', home, speed: wanted });
    ({ stack, own } = await startStack({ home, speed: wanted, env, signal }));
  }
  await endLoadedAhead();
  const { pid, page, api, provider, sandbox } = stack;
  if (!own && spends) {
    checkSameProvider(stack, env);
    checkSameWay(stack, way);
  }
  if (!quiet) {
    const event = own ? 'stack.started' : 'stack.found';
    display.emit({ event, pid, page, api, speed: stack.speed, provider, sandbox });
  }
  if (speed !== undefined && speed !== stack.speed) {
    display.emit({
      event: 'note',
      message: `It runs at ${stack.speed}×, not at the ${speed}× asked for.`,
      next: [{ words: 'To change that, first:', command: 'npx chirpsmith stop' }],
    });
  }

  if (sandbox && habits !== (stack.habits ?? 'kind') && env[habitsVariable]) {
    display.emit({
      event: 'note',
      message: `Its sandbox is ${stack.habits ?? 'kind'}, not ${habits} as asked for.`,
      next: [{ words: 'To change that, first:', command: 'npx chirpsmith stop' }],
    });
  }
  if (!sandbox && spends && stack.speed > 1) {
    display.emit({
      event: 'note',
      message: `The provider keeps its own time. At ${stack.speed}× we ask ${stack.speed} times as often.`,
    });
  }

  const reached = stack;
  const client = createApiClient(reached.api, localTokens(reached, user), {
    beforeChange: stillWanted,
    sleep: clock.sleep,
  });
  const created = new Set<string>();
  return {
    stack: reached,
    client: {
      ...client,
      async createSession(body) {
        const session = await client.createSession(body);
        created.add(session.sessionId);
        return session;
      },
    },
    startedHere: own,
    longestPause,
    isStackRunning: () => isProcessRunning(reached),
    async release() {
      if (!own || !isProcessRunning(reached)) return;
      // Who cannot tell leaves it running: it ends by itself when it has been idle for a while.
      const busy = await hasWork(client, created).catch(() => true);
      if (busy) return;
      await stopStack(reached);
      if (!quiet) display.emit({ event: 'stack.stopped', home });
    },
  };
}

/** Begins to load the stack that {@link connectStack} will start with the same arguments, where none runs. */
export function connectSoon(speed: number | undefined, { env, target }: CommandContext): void {
  // A home that cannot be used is reported when it is needed.
  const home = pathSettings(env).find(({ name }) => name === 'CHIRPSMITH_HOME')?.path;
  if (home === undefined || target.stage !== undefined) return;
  loadStackAhead({ home, speed: speed ?? defaultSpeed(env.PROVIDER_BASE_URL), env });
}

/**
 * Who would be paid, without starting anything.
 * @throws UsageError as {@link connectStack} does
 */
export async function providerOf({ env, target }: Pick<CommandContext, 'env' | 'target'>): Promise<{
  readonly provider: string;
  readonly sandbox: boolean;
}> {
  const { stage } = target;
  if (stage !== undefined) return { provider: readStage({ ...target, stage }, env).provider, sandbox: false };
  checkProviderVariables(env);
  const way = chosenWay(env);
  const stack = await findStack(homeDirectory(env));
  if (stack) {
    checkSameProvider(stack, env);
    checkSameWay(stack, way);
  }
  const { provider, sandbox } = stack ?? {
    provider: env.PROVIDER_BASE_URL || 'sandbox',
    sandbox: !env.PROVIDER_BASE_URL,
  };
  if ((stack ? stack.audio?.kind : way.kind) === 'missing') {
    const { summary, problems } = missingWay(provider);
    throw new UsageError(`Nothing was spent. ${summary}`, problems);
  }
  return { provider, sandbox };
}

/** An open session younger than this may still be getting its files from another command. */
const uploadingMs = 10 * 60_000;

/**
 * Is a session under way? One that was cut off is not, though its record says so; one that another process
 * has just created is.
 * @param ours sessions that this command created
 */
async function hasWork(client: ApiClient, ours: ReadonlySet<string>): Promise<boolean> {
  const { sessions } = await client.listSessions();
  for (const { sessionId, status, createdAt } of sessions) {
    const young = Date.now() - Date.parse(createdAt) < uploadingMs;
    if (status === 'open' && young && !ours.has(sessionId)) return true;
    if (isRunning({ status }) && isRunning((await client.getSession(sessionId)).session)) return true;
  }
  return false;
}

/** What is wrong with the variables that name provider and relay. */
export function providerVariableProblems(env: NodeJS.ProcessEnv): readonly Problem[] {
  const problems: Problem[] = [];
  for (const name of ['PROVIDER', 'RELAY']) {
    const url = env[`${name}_BASE_URL`];
    if (!url) continue;
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      problems.push({ where: `${name}_BASE_URL`, message: 'It is not an http(s) URL.' });
    }
    if (!env[`${name}_API_KEY`]) {
      const message = `${name}_BASE_URL is set, so the key is needed too.`;
      problems.push({ where: `${name}_API_KEY`, message });
    }
  }
  if (env.RELAY_BASE_URL && !env.PROVIDER_BASE_URL) {
    const message = 'The sandbox plays the relay, too: set PROVIDER_BASE_URL beside it, or neither.';
    problems.push({ where: 'RELAY_BASE_URL', message });
  }
  return problems;
}

function checkProviderVariables(env: NodeJS.ProcessEnv): void {
  const problems = providerVariableProblems(env);
  if (problems.length > 0) {
    throw new UsageError('The provider cannot be reached like this.', problems);
  }
}

/**
 * Consent is for the provider that this command's own environment names, the sandbox where it names none: a stack
 * that runs with another one is not used to spend.
 */
function checkSameProvider(stack: LocalStack, env: NodeJS.ProcessEnv): void {
  const problems = withAnotherProvider(stack, env);
  if (problems.length === 0) return;
  throw new UsageError(
    'Nothing was spent: a local stack is running already, with another provider or another key.',
    problems,
    undefined,
    stopFirst,
  );
}

/**
 * The audio goes the way that the command names, and no other; a command that names none takes the running stack's.
 * @throws UsageError when the stack runs with another one
 */
function checkSameWay({ audio }: Pick<LocalStack, 'audio'>, way: ChosenWay): void {
  if (way.kind === 'missing' || way.kind === 'not needed') return;
  const same = audio?.name === nameOfWay(way) && audio.keep === (way.kind === 'bucket' && way.keep);
  if (same) return;
  const where = way.kind === 'tunnel' ? '--public-url' : '--audio-bucket';
  const runs =
    !audio || audio.kind === 'missing' ? 'none' : `${audio.name}${audio.keep ? ' with --keep-audio' : ''}`;
  const asked = `${nameOfWay(way)}${way.kind === 'bucket' && way.keep ? ' with --keep-audio' : ''}`;
  throw new UsageError(
    'Nothing was spent: a local stack is running already, with another way for the audio.',
    [{ where, message: `It is ${asked}, but the running stack uses ${runs}.` }],
    undefined,
    stopFirst,
  );
}

/** The variables that name another provider or relay than a running stack has. */
export function withAnotherProvider(
  stack: Pick<LocalStack, 'sandbox' | 'provider' | 'relay' | 'accounts'>,
  env: NodeJS.ProcessEnv,
): readonly Problem[] {
  return [
    ...differs('PROVIDER_BASE_URL', env, stack.sandbox ? undefined : stack.provider),
    ...differs('RELAY_BASE_URL', env, stack.sandbox ? undefined : stack.relay),
    ...anotherKey('PROVIDER_API_KEY', env, stack),
    ...anotherKey('RELAY_API_KEY', env, stack),
  ];
}

/** Another key is another account. A stack keeps no key, only what tells two of them apart. */
function anotherKey(
  where: 'PROVIDER_API_KEY' | 'RELAY_API_KEY',
  env: NodeJS.ProcessEnv,
  { accounts }: Pick<LocalStack, 'accounts'>,
): Problem[] {
  const [asked, runs] = [env[where], accounts?.[where]];
  if (!asked || runs === undefined || accountOfKey(asked) === runs) return [];
  return [{ where, message: 'It is another key than the running stack was started with.' }];
}

/** @param runs what the stack uses; none is the sandbox, or no relay beside another provider */
function differs(
  where: 'PROVIDER_BASE_URL' | 'RELAY_BASE_URL',
  env: NodeJS.ProcessEnv,
  runs: string | undefined,
): Problem[] {
  const asked = env[where];
  if (asked && runs !== undefined && withoutSlash(asked) === withoutSlash(runs)) return [];
  if (!asked && runs === undefined) return [];
  const key = where.replace('BASE_URL', 'API_KEY');
  const message = asked
    ? `It is ${asked}, but the running stack uses ${runs ?? 'the sandbox, or no relay'}.`
    : `It is not set, and the running stack uses ${runs}. To spend there, set it to that, with ${key}.`;
  return [{ where, message }];
}

function withoutSlash(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}
