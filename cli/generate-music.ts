import { resolve } from 'node:path';
import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { clipDoubt, dialectOf } from '../functions/domain/dialect-rules.ts';
import { isCustomModel, isModelId, modelNote } from '../functions/domain/music-rules.ts';
import { isRunning } from '../functions/domain/session.ts';
import type { Dialect } from '../functions/provider/provider.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { shellQuote } from '../packages/terminal/shell-quote.ts';
import { ApiRefusal } from './api-errors.ts';
import { payeeOf } from './billed-account.ts';
import type { CommandContext } from './command.ts';
import { asTyped } from './command-line/read-command-line.ts';
import type { GenerateArguments } from './commands/generate.ts';
import { confirmSpending } from './confirm-spending.ts';
import { type ConnectedStack, connectStack } from './connect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { leadingToProvider } from './next.ts';
import { unlockedWords } from './next-steps.ts';
import { otherProvider, refuseOtherProvider } from './other-provider.ts';
import { endOf } from './outcome.ts';
import { creditsAt, goOnCommand } from './output/format.ts';
import { ClipsNotSaved, checkFolder, saveClips } from './save-clips.ts';
import { UsageError } from './usage-error.ts';
import { userDirectory } from './user-directory.ts';
import { watchSession } from './watch-session.ts';
import { withSession } from './with-session.ts';

/**
 * From a prompt to audio files in a folder. Once it is asked for, the music is made without us.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function generateMusic(args: GenerateArguments, context: CommandContext): Promise<ExitCode> {
  const began = performance.now();
  const folder = resolve(userDirectory(context.env), args.out);
  await checkFolder(folder, args.out);
  if (args.session !== undefined) return goOnWith(args.session, { args, folder, began }, context);

  const { display, signal } = context;
  const reached = await connectStack(args.speed, context, { quiet: false, spends: true });
  try {
    const credits = defaultSettings.prices.generate;
    const { model, persona, fromClip, uncheckedClip, provider, prompt, tags, title } = args;
    const { negativeTags, instrumental } = args;
    const asked = {
      ...(model === undefined ? {} : { model }),
      ...(persona === undefined ? {} : { persona }),
      ...(fromClip === undefined ? {} : { fromClip }),
    };
    await refuseModelElsewhere(args, reached, context);
    const dialect = await whereItGoes(args, reached);
    const billedAccount = payeeOf(dialect, reached.stack);
    display.emit({ event: 'music.cost', ...asked, dialect, credits, ...billedAccount });
    // Before the question, for each is a reason to say no.
    const notes = [modelNote(model), fromClip === undefined ? undefined : clipDoubt];
    const said = notes.filter((note) => note !== undefined);
    for (const message of said) display.emit({ event: 'note', message });
    const question = `Make music for ${creditsAt(credits, billedAccount)}?`;
    const spending = { what: 'make music once', question, credits, dialect };
    await confirmSpending(spending, args, reached, context);
    signal.throwIfAborted();
    const { session, warnings } = await reached.client.createGeneration({
      ...asked,
      prompt,
      tags,
      instrumental,
      uncheckedClip,
      ...(provider === undefined ? {} : { dialect: provider }),
      ...(title === undefined ? {} : { title }),
      ...(negativeTags === undefined ? {} : { negativeTags }),
    });
    for (const message of warnings) {
      if (!said.includes(message)) display.emit({ event: 'note', message });
    }
    return await follow(session, { args, folder, began }, reached, context);
  } finally {
    display.close();
    await reached.release();
  }
}

/**
 * A model of another provider is refused before anything is asked. The API chooses by the same rule.
 * @throws UsageError naming the variable, and the command that leads there
 */
async function refuseModelElsewhere(
  args: GenerateArguments,
  reached: ConnectedStack,
  context: CommandContext,
): Promise<void> {
  const { model } = args;
  if (context.target.stage !== undefined) return;
  if (model === undefined || (isModelId(model) && !isCustomModel(model))) return;
  // Without the list, the API refuses after the question, as it must anyhow.
  const models = await reached.client.listModels().then(
    (list) => list.models,
    (error: unknown) => {
      if (error instanceof ApiRefusal) return [];
      throw error;
    },
  );
  const wanted = (one: (typeof models)[number]) => {
    return isCustomModel(model) ? one.modelId.toLowerCase() === model.toLowerCase() : one.name === model;
  };
  const meant = models.filter(wanted);
  const [newest] = meant;
  const isElsewhere = (one: (typeof models)[number]) => otherProvider(one, reached, context) !== undefined;
  if (!newest || !meant.every(isElsewhere)) return;
  const words = 'And then, where the model is:';
  const there = leadingToProvider(newest, [{ words, command: sameMusic(args) }]);
  refuseOtherProvider('model', newest, reached, context, there);
}

/** The command that asks for the same music, from any directory. */
function sameMusic(args: GenerateArguments): string {
  const { model, persona, provider, prompt, tags, title, negativeTags, instrumental, out } = args;
  const words = Object.entries({ model, persona, provider, prompt, tags, title, negativeTags, out }).flatMap(
    ([name, value]) => (value ? [`${asTyped(name)} ${shellQuote(value)}`] : []),
  );
  return `npx chirpsmith generate ${[...words, ...(instrumental ? ['--instrumental'] : [])].join(' ')}`;
}

/** Who will be paid: for a persona it is where that lives. The API decides by the same rule. */
async function whereItGoes(
  { persona, model, provider, fromClip }: GenerateArguments,
  { client }: ConnectedStack,
): Promise<Dialect> {
  if (persona === undefined) return dialectOf({ model, dialect: provider, fromClip });
  const { personas } = await client.listPersonas();
  const lives = personas.find(({ name, personaId, status }) => {
    return status === 'made' && (name === persona || personaId === persona);
  });
  return lives?.dialect ?? dialectOf({ model, dialect: provider });
}

interface Job {
  readonly args: GenerateArguments;
  readonly folder: string;
  /** When the command began, by the process's clock. */
  readonly began: number;
}

/** Music that was asked for before: made an end of if it has none, and its audio saved. */
async function goOnWith(typed: string, job: Job, context: CommandContext): Promise<ExitCode> {
  const options = { speed: job.args.speed, quiet: false, spends: true };
  return withSession(typed, context, options, async (session, reached) => {
    if (session.kind !== 'music') {
      const next = [{ words: 'To go on with it:', command: goOnCommand(session.sessionId) }];
      const message = `It is of the kind "${session.kind}".`;
      throw new UsageError('This session is not for music.', [{ where: typed, message }], undefined, next);
    }
    if (session.status === 'ready' || isRunning(session)) {
      return follow(session, job, reached, context);
    }
    if (session.creditsToCome > 0) {
      const dialect = session.music?.dialect ?? 'mountsea';
      const billedAccount = payeeOf(dialect, reached.stack);
      const question = `Go on, for about ${creditsAt(session.creditsToCome, billedAccount)}?`;
      const what = `go on with the music "${session.name}"`;
      const spending = { what, question, credits: session.creditsToCome, dialect };
      await confirmSpending(spending, job.args, reached, context);
    }
    return follow(await reached.client.resumeSession(session.sessionId), job, reached, context);
  });
}

async function follow(
  session: SessionAnswer,
  { args, folder, began }: Job,
  { client, longestPause, isStackRunning }: ConnectedStack,
  { display, signal, clock }: CommandContext,
): Promise<ExitCode> {
  const { sessionId, name, music } = session;
  // From another directory as well, and for nothing: what is made is not made again.
  const again = `npx chirpsmith generate --session ${sessionId} --out ${shellQuote(folder)}`;
  const about = (words: string, command: string) => leadingToProvider(session, [{ words, command }]);
  const next = about('To come back to it, and save its audio:', again);
  display.emit({
    event: 'music.started',
    sessionId,
    name,
    model: music?.modelName ?? music?.model ?? '',
    ...(music?.persona ? { persona: music.persona.name } : {}),
    ...(music?.fromClip ? { fromClip: music.fromClip.clipId } : {}),
    dialect: music?.dialect ?? 'mountsea',
    next,
  });
  const seconds = () => (performance.now() - began) / 1000;
  try {
    const { emit } = display;
    const { deadline } = args;
    const watched = { before: undefined, emit, signal, deadline, longestPause, isStackRunning, clock };
    const ending = await watchSession(client, sessionId, watched);
    const { event, code } = endOf(ending, session, seconds());
    // What is there is worth having, also when a clip is missing.
    const saved =
      ending.why === 'ended' ? await saveClips(ending.session, { client, folder, emit, signal }) : [];
    const { out } = args;
    if (event.event === 'music.ready') {
      const voice = `npx chirpsmith persona --from ${sessionId} --name NAME`;
      const steps = about('To make a voice of it, for other music:', voice);
      display.emit({ ...event, seconds: rounded(seconds()), out, clips: saved, next: steps });
    } else if (event.event === 'session.failed' && ending.why === 'ended' && isForNothing(ending.session)) {
      const words = event.error === 'AudioLocked' ? unlockedWords : 'To go on with it, for nothing:';
      display.emit({ ...event, next: about(words, again) });
    } else display.emit(ending.why !== 'ended' && 'next' in event ? { ...event, next } : event);
    return code;
  } catch (error) {
    if (signal.aborted) {
      display.emit({ event: 'session.detached', sessionId, running: true, next });
      return exitCodes.interrupted;
    }
    if (!(error instanceof ClipsNotSaved)) throw error;
    const words = 'The music is kept. To download it again, for nothing:';
    display.emit({ event: 'error', message: error.message, next: about(words, again) });
    return exitCodes.failed;
  }
}

/** Is a resume all that is left to do, and nothing to pay? The command that saves the audio resumes too. */
const isForNothing = ({ actions, creditsToCome }: SessionAnswer) =>
  creditsToCome === 0 && actions.every((action) => action === 'resume') && actions.length > 0;

const rounded = (seconds: number) => Math.round(seconds * 10) / 10;
