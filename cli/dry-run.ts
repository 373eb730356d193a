import { nameProblems, nameWarning } from '../functions/domain/validate-names.ts';
import { rightsSentence } from '../functions/shared/rights-sentence.ts';
import { defaultSettings, type Settings } from '../functions/shared/settings.ts';
import { readConfig, variableOf } from '../infra/config.ts';
import { defaultPort } from '../local/index.ts';
import type { UsableFile } from './check-files.ts';
import type { CommandContext } from './command.ts';
import { audio } from './doctor/audio-check.ts';
import { stageApi } from './doctor/aws-checks.ts';
import { type Checks, checkUntil, tellChecks } from './doctor/checks.ts';
import { type Finding, failed, fine, warning } from './doctor/finding.ts';
import { home, stack } from './doctor/machine-checks.ts';
import { type Balance, balanceOf, provider, providerKey } from './doctor/provider-checks.ts';
import { room } from './doctor/room.ts';
import { type DoctorWorld, thisWorld } from './doctor/world.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Next } from './next.ts';
import { counted } from './output/format.ts';

/** A run that is tried without being started. */
export interface Planned {
  readonly name: string;
  /** The name is that of a model, which the provider gets. */
  readonly makesModel: boolean;
  readonly files: readonly UsableFile[];
  /** Files that are sent: each content once. */
  readonly uploads: number;
  /** By the configured prices, if nothing has to be sent twice. */
  readonly credits: number;
  readonly yes: boolean;
  readonly rightsConfirmed: boolean;
  /** Who would be paid. */
  readonly paid: { readonly provider: string; readonly sandbox: boolean };
  /** The command that makes it. */
  readonly next: readonly Next[];
}

/**
 * Tries what costs nothing and starts nothing, says what each came to, and what only the run itself can show.
 * @returns 2 when the run would be refused for one of them
 */
export async function dryRun(
  planned: Planned,
  {
    display,
    env,
    signal: interrupted,
    target,
    ask,
  }: Pick<CommandContext, 'display' | 'env' | 'signal' | 'target' | 'ask'>,
  place: DoctorWorld = thisWorld(env),
): Promise<ExitCode> {
  const signal = AbortSignal.any([interrupted, place.patience.network]);
  const over = AbortSignal.any([interrupted, place.patience.all]);
  const check = checkUntil(over);
  const question = { world: place, signal };
  const { name, uploads, credits, paid, next } = planned;
  const { stage } = target;
  const isPaidHere = stage === undefined && !paid.sandbox;
  const isAsked = ask !== undefined;
  const { settings, problem } = stage === undefined ? settingsHere(env) : atStage;
  const balance = isPaidHere ? balanceOf(question) : undefined;
  const checks: Checks = {
    ...(problem === undefined ? {} : { Settings: check(async () => failed(problem)) }),
    Files: check(async () => fileCount(planned, settings)),
    Name: check(async () => nameOf(planned, settings)),
    ...(stage === undefined
      ? {
          Home: check(() => home(place)),
          Disk: check(() => room(planned.files, place)),
          Stack: check(() => stack(place, signal)),
        }
      : { Stage: check(() => stageApi(place, target, signal)) }),
    ...(balance
      ? {
          Provider: check(async () => provider(question)),
          Key: check(() => providerKey(question, balance)),
          Balance: check(async () => enoughFor(credits, await balance)),
          Audio: check(() => audio(place, defaultPort, over)),
        }
      : {}),
    ...(paid.sandbox
      ? {}
      : {
          Consent: check(async () => consent(planned, isAsked)),
          Rights: check(async () => rights(planned, isAsked, settings)),
        }),
  };
  const verdicts = await tellChecks(
    checks,
    (one, found) => display.emit({ event: 'dry-run.checked', check: one, ...found }),
    interrupted,
  );
  const { warning: odd, failed: wrong } = verdicts;
  const summary = {
    name,
    usable: uploads,
    credits,
    ...paid,
    warning: odd,
    notTried: notTried(planned, stage),
  };
  if (wrong.length > 0) {
    display.emit({ event: 'dry-run.failed', failed: wrong, ...summary });
    return exitCodes.badInput;
  }
  display.emit({ event: 'dry-run.passed', ...summary, next });
  return exitCodes.done;
}

interface KnownSettings {
  readonly settings: Settings;
  /** Why they are not those of the configuration. */
  readonly problem?: string;
}

/** Only the stage knows its own. */
const atStage: KnownSettings = { settings: defaultSettings };

/** What a stack of this machine is configured with, where it is started with these variables. */
function settingsHere(environment: NodeJS.ProcessEnv): KnownSettings {
  const context = (field: string) => (field === 'stage' ? 'local' : undefined);
  try {
    return readConfig({ context, environment });
  } catch (error) {
    return { settings: defaultSettings, problem: error instanceof Error ? error.message : String(error) };
  }
}

function fileCount({ files, uploads, makesModel }: Planned, { limits }: Settings): Finding {
  const { minClips, maxTracks, maxBatchFiles } = limits;
  const same = files.length - uploads;
  const twice = same === 0 ? '' : `, and ${same} more with the same content`;
  const most = makesModel ? maxTracks : maxBatchFiles;
  const limit = makesModel ? `${minClips} to ${most} are taken` : `at most ${most} are taken`;
  const seen = `${counted(uploads, 'file')}${twice}; ${limit}.`;
  return uploads <= most ? fine(seen) : failed(seen, { words: 'Name the ones that you want.' });
}

function nameOf({ name, makesModel }: Planned, { limits }: Settings): Finding {
  const [problem] = nameProblems(name, limits);
  if (problem) return failed(`The name ${problem.message}.`);
  const words = makesModel ? nameWarning(name, limits) : undefined;
  if (words !== undefined) return warning(words);
  const most = makesModel ? limits.advisedNameLength : limits.maxNameLength;
  return fine(`${counted([...name.trim()].length, 'character')}; 1 to ${most} will do.`);
}

/** The run refuses what the account cannot pay. */
function enoughFor(credits: number, { finding, credits: left }: Balance): Finding {
  if (left === undefined) return finding;
  const seen = `${counted(left, 'credit')}, and this takes about ${credits}.`;
  return left >= credits ? fine(seen) : failed(seen, { words: 'Buy credits at the provider.' });
}

function consent({ yes }: Planned, isAsked: boolean): Finding {
  if (yes) return fine('Given beforehand, by --yes.');
  if (isAsked) return fine('You will be asked before anything is spent.');
  return failed('Nobody can be asked here, so the run would be refused.', {
    words: 'Add --yes to agree beforehand.',
  });
}

function rights(
  { rightsConfirmed }: Planned,
  isAsked: boolean,
  { rightsQuestion }: Pick<Settings, 'rightsQuestion'>,
): Finding {
  if (!rightsQuestion) return fine(`${variableOf('rightsQuestion')} turns the question off.`);
  if (rightsConfirmed) return fine('Confirmed beforehand, by --rights-confirmed.');
  if (isAsked) return fine(`Open: you will be asked to confirm: "${rightsSentence}"`);
  return failed('Open, and nobody can be asked here, so the run would be refused.', {
    words: `Add --rights-confirmed to confirm beforehand: "${rightsSentence}"`,
  });
}

/** What only the run itself can show. */
function notTried({ makesModel, paid }: Planned, stage: string | undefined): string[] {
  return [
    ...(stage === undefined
      ? ['the start of the local stack']
      : [`signing in at stage ${stage}, and its key, balance, limits and rights question`]),
    ...(paid.sandbox
      ? []
      : [`whether the provider takes the files${makesModel ? ' and the name' : ''}, which costs credits`]),
  ];
}
