import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { creditsUrlOf } from '../functions/shared/mountsea.ts';
import { explainFileError } from '../packages/local-servers/file-errors.ts';
import { heldBack, untilWanted, watchParent } from '../packages/local-servers/parent-process.ts';
import { escaped, own, type Shown, shown, shownJson } from '../packages/terminal/printable.ts';
import { complain, say } from '../packages/terminal/standard-streams.ts';
import { chosenWay } from './audio-way/audio-way.ts';
import { chosenHome, pathSettings } from './home.ts';
import { openHome } from './private-home.ts';
import { defaultSpeed } from './provider-time.ts';
import { chosenHabits } from './sandbox-habits.ts';
import { hastenFirstCalls } from './stack/first-calls.ts';
import { stackOf } from './stack/home-lock.ts';
import type { ReadyInfo } from './stack/ready-file.ts';
import type { Stack, StackOptions } from './stack.ts';
import { synthesize } from './synth.ts';

/** How the stack is to run. */
export interface StartArguments {
  /** Prints one line of JSON when everything is ready, and nothing else. */
  readonly json: boolean;
  /** The first port of the row; 0 takes free ones. */
  readonly port: number;
  /** Undefined when it is left to the provider's kind. */
  readonly speed: number | undefined;
  readonly home: string | undefined;
  /** Seconds without a request and an execution, after which the stack ends. */
  readonly idleExit: number | undefined;
}

/** A clean end must not take longer; what has not closed by then is left to the operating system. */
const closeWithinMs = 1800;

/**
 * Runs the stack until it is ended; the process ends with it.
 * @throws ChirpsmithError BadInput, when home, provider or the audio's way cannot be used
 */
export async function runStack(wanted: StartArguments, env: NodeJS.ProcessEnv): Promise<never> {
  const home = chosenHome(wanted.home, env).path;
  const provider = externalProvider(env);
  const relay = externalRelay(env);
  const audio = { chosen: chosenWay(env), env };
  const habits = chosenHabits(env);
  // Only the owner may read the stack's files, including those that libraries write.
  process.umask(0o077);
  const inWords = (error: unknown) => explainFileError(error, pathSettings(env, wanted.home)) ?? error;
  const asked = untilAsked();
  const assembly = beginSynth(home, env);
  const { startStack } = await import('./stack.ts');
  // All is loaded, and nothing touched. Only `train` holds it back.
  const trainsAtOnce = await untilWanted(env);
  if (!wanted.json) say(shown`Starting in ${home} …`);
  let stack: Stack;
  try {
    const speed = wanted.speed ?? defaultSpeed(provider?.baseUrl);
    const notice = (line: string) => void (!wanted.json && existsSync(home) && say(shown`  ${line}`));
    const options = { home, assembly, port: wanted.port, speed, provider, relay, audio, habits, notice };
    stack = await startStack({ ...options, loadsAhead: true, trainsAtOnce });
    // Not before: threads that start at once would each compile what they take of Node itself, too.
    hastenFirstCalls();
  } catch (error) {
    return fail(inWords(error), 1);
  }
  const isGone = watchHome(home);
  const end = endOnce(stack, wanted, isGone);
  surviveFileErrors(inWords, end, isGone);
  endWhenLeft(stack, wanted, end, isGone);
  void asked.then(end);
  say(wanted.json ? shownJson(stack.ready) : describe(stack.ready));
  return new Promise(() => {});
}

/**
 * The template takes seconds to make, and this process has the stack to load meanwhile. Nothing is begun for a process that is
 * held back, or in a home that is taken or cannot be opened: the start says what is wrong.
 */
function beginSynth(home: string, env: NodeJS.ProcessEnv): Promise<string> | undefined {
  if (env[heldBack]) return undefined;
  try {
    if (stackOf(home)) return undefined;
    openHome(home);
  } catch {
    return undefined;
  }
  const assembly = synthesize({ home });
  // Reported where it is awaited.
  assembly.catch(() => {});
  return assembly;
}

/** @throws ChirpsmithError BadInput when only one of the two variables is set, or the URL cannot be one */
function externalProvider(environment: NodeJS.ProcessEnv): StackOptions['provider'] {
  const { PROVIDER_BASE_URL: baseUrl, PROVIDER_API_KEY: key, PROVIDER_CREDITS_URL } = environment;
  if (!baseUrl) return undefined;
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? '')) {
    throw unusable('PROVIDER_BASE_URL', 'It is not an http(s) URL.');
  }
  if (!key) throw unusable('PROVIDER_API_KEY', 'PROVIDER_BASE_URL is set, so the key is needed, too.');
  const creditsUrl = PROVIDER_CREDITS_URL || creditsUrlOf(baseUrl);
  return { baseUrl: baseUrl.replace(/\/+$/, ''), key, creditsUrl };
}

/** @throws ChirpsmithError BadInput when only one of the two variables is set, or no other provider is named */
function externalRelay(environment: NodeJS.ProcessEnv): StackOptions['relay'] {
  const { PROVIDER_BASE_URL: provider, RELAY_BASE_URL: baseUrl, RELAY_API_KEY: key } = environment;
  if (!baseUrl) return undefined;
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? '')) {
    throw unusable('RELAY_BASE_URL', 'It is not an http(s) URL.');
  }
  if (!key) throw unusable('RELAY_API_KEY', 'RELAY_BASE_URL is set, so the key is needed, too.');
  if (!provider) {
    throw unusable('PROVIDER_BASE_URL', 'RELAY_BASE_URL is set, so it is needed, too: the sandbox is both.');
  }
  return { baseUrl: baseUrl.replace(/\/+$/, ''), key };
}

function unusable(where: string, message: string): ChirpsmithError {
  return new ChirpsmithError('BadInput', 'The stack cannot run like this.', {
    problems: [{ where, message }],
  });
}

type End = (why: Shown, code?: number) => void;

/** @returns what to say when the home was deleted; another one in its place holds nothing of this stack's */
function watchHome(home: string): () => Shown | undefined {
  const was = statSync(home).ino;
  return () =>
    statSync(home, { throwIfNoEntry: false })?.ino === was
      ? undefined
      : shown`${home} was deleted, and with it all that this stack had kept. The stack ends; start begins another one.`;
}

/** Closes everything in order and ends the process, the first time that it is called. */
function endOnce(stack: Stack, { json }: StartArguments, isGone: () => Shown | undefined): End {
  let ending = false;
  return (why, code = 0) => {
    if (ending) return;
    ending = true;
    const gone = isGone();
    if (gone !== undefined) complain(gone);
    else if (!json) say(why);
    setTimeout(() => process.exit(code), closeWithinMs).unref();
    stack.close().then(
      () => process.exit(code),
      // Without its home no part can be closed in order, and that was said.
      (error: unknown) => (gone === undefined ? fail(error, 1) : process.exit(code)),
    );
  };
}

/**
 * A file that cannot be written in the background, a log or a history, ends nothing, unless the whole home was deleted: a
 * session goes on, and each problem is reported once. Any other error that nothing catches ends the stack in order, with its trace.
 */
function surviveFileErrors(
  inWords: (error: unknown) => unknown,
  end: End,
  isGone: () => Shown | undefined,
): void {
  const reported = new Set<string>();
  process.on('uncaughtException', (error) => {
    const gone = isGone();
    if (gone !== undefined) return end(gone, 1);
    const words = inWords(error);
    if (typeof words !== 'string') {
      complain(traceOf(error));
      end(own('Stopping after an error in Chirpsmith itself.'), 1);
    } else if (!reported.has(words)) {
      reported.add(words);
      complain(shown`${words} The stack goes on.`);
    }
  });
}

const traceOf = (error: Error) => own((error.stack ?? error.message).split('\n').map(escaped).join('\n'));

/** npm passes Ctrl-C on to its child, which has had it from the terminal already: one press, two signals. */
const onePressMs = 500;

/**
 * Why the stack should stop. A signal during the start takes effect once the stack runs and can release its home;
 * a second one ends the process at once.
 */
function untilAsked(): Promise<Shown> {
  const { promise, resolve } = Promise.withResolvers<Shown>();
  const reasons = {
    SIGINT: own('\nStopping. Everything is kept; start again to go on.'),
    SIGTERM: shown`Stopping.`,
    SIGHUP: shown`Stopping: the terminal was closed.`,
  };
  let first: number | undefined;
  for (const [signal, why] of Object.entries(reasons)) {
    process.on(signal, () => {
      first ??= performance.now();
      if (performance.now() - first > onePressMs) process.exit(1);
      resolve(why);
    });
  }
  return promise;
}

function endWhenLeft(
  stack: Stack,
  { idleExit }: StartArguments,
  end: End,
  isGone: () => Shown | undefined,
): void {
  const parentIsGone = watchParent(process.env);
  const watch = setInterval(() => {
    const gone = isGone();
    if (gone !== undefined) end(gone, 1);
    if (parentIsGone()) end(shown`Stopping: the process that started this one has ended.`);
  }, 250);
  watch.unref();
  if (idleExit === undefined) return;
  const look = setInterval(
    () => {
      if (stack.idleFor() >= idleExit * 1000) end(shown`Nothing happened for ${idleExit} s. Stopping.`);
    },
    Math.min(1000, idleExit * 250),
  );
  look.unref();
}

function fail(error: unknown, code: number): never {
  const message = error instanceof Error ? error.message : String(error);
  for (const line of message.split('\n')) complain(escaped(line));
  process.exit(code);
}

function wayInWords(audio: ReadyInfo['audio']): string {
  if (!audio) return 'from this S3: the provider is on this machine';
  if (audio.kind === 'missing') return 'no way to the provider: --public-url or --audio-bucket names one';
  return audio.door === undefined
    ? `through ${audio.name}`
    : `through ${audio.name}, which leads to ${audio.door}`;
}

function describe({
  page,
  api,
  s3,
  aws,
  provider,
  relay,
  issuer,
  sandbox,
  habits,
  audio,
  speed,
  home,
  stateMachineArn,
}: ReadyInfo): Shown {
  const kind = sandbox
    ? `a ${habits === 'realistic' ? 'realistic ' : ''}sandbox: no real model is made, nothing is paid`
    : 'as PROVIDER_BASE_URL says; it may cost real credits';
  return shown`
Chirpsmith is ready: ${page}

Ctrl-C ends it. Everything is kept in ${home}.

  page      ${page}   sessions and models in a browser
  API       ${api}
  S3        ${s3}
  AWS       ${aws}   DynamoDB, Secrets Manager, Step Functions
  provider  ${provider}   ${kind}
  relay     ${relay ?? 'none: RELAY_BASE_URL and RELAY_API_KEY name one'}
  audio     ${wayInWords(audio)}
  tokens    ${issuer}
  machine   ${stateMachineArn}
  speed     ${speed}×: an hour of waiting takes ${Math.round(36_000 / speed) / 10} s

A token for the API, and a first request:

  TOKEN=$(curl -s -X POST ${issuer}/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s -H "Authorization: Bearer $TOKEN" ${api}/sessions

Keys for S3 and AWS, and for the provider's sandbox, are in ${path.join(home, 'stack.json')}. What the
functions say is in ${path.join(home, 'log')}.
`;
}
