import { defaultSettings } from '../../functions/shared/settings.ts';
import {
  deadlineOf,
  type FlagKinds,
  isMistyped,
  nameOf,
  readFlags,
  refuseProblems,
  speedOf,
  wholeNumberOf,
} from './flags.ts';

/** What `npm run train --` was asked to do. */
export interface TrainArguments {
  /** Folders and files as typed; none means the samples. */
  readonly paths: readonly string[];
  /** Name of the model, trimmed. */
  readonly name: string;
  /** An existing session to go on with, instead of files: the same as `resume --watch`. */
  readonly session: string | undefined;
  /** `undefined`: one of each file. */
  readonly minClips: number | undefined;
  readonly skipInvalid: boolean;
  /** Convert what the provider may not take. */
  readonly convert: boolean;
  /** Stop after the uploads, before the training is paid. */
  readonly review: boolean;
  /** Another model of files that have a session under this name. */
  readonly again: boolean;
  /** Check everything, start nothing. */
  readonly dryRun: boolean;
  /** `undefined` when the user left it to us. */
  readonly speed: number | undefined;
  /** Seconds that we watch before we give up; the session goes on. */
  readonly deadline: number | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const samplesName = 'Samples';
const { minClips: fewest, maxTracks } = defaultSettings.limits;

const trainFlags = {
  name: 'string',
  session: 'string',
  'min-clips': 'string',
  'skip-invalid': 'boolean',
  convert: 'boolean',
  review: 'boolean',
  again: 'boolean',
  'dry-run': 'boolean',
  speed: 'string',
  deadline: 'string',
  yes: 'boolean',
  json: 'boolean',
  help: 'boolean',
} as const satisfies FlagKinds;

/**
 * Reads the arguments of `train`; all problems at once.
 * @throws InputRejected
 */
export function parseTrainArguments(argv: readonly string[], env: NodeJS.ProcessEnv = {}): TrainArguments {
  const flags = readFlags(argv, trainFlags, env);
  const { text, given, words: paths, problems } = flags;
  const session = text('session')?.trim();
  const minClips = wholeNumberOf(flags, 'min-clips', { from: fewest, to: maxTracks });
  const speed = speedOf(flags);
  const deadline = deadlineOf(flags);
  let name = nameOf(flags);

  if (session !== undefined) {
    if (session === '') problems.push({ where: '--session', message: 'Give the id of a session.' });
    for (const flag of ['name', 'min-clips', 'skip-invalid', 'convert', 'review', 'again', 'dry-run']) {
      if (!given(flag)) continue;
      const message =
        flag === 'name'
          ? 'A session has a name already; to correct it: npm run resume -- ID --name "New name".'
          : 'It has no meaning for a session that exists: leave it out.';
      problems.push({ where: `--${flag}`, message });
    }
    if (paths.length > 0) {
      problems.push({
        where: paths.join(', '),
        message: 'A session that exists has its files already: give either files or --session.',
      });
    }
  } else if (name === undefined && paths.length === 0) {
    name = samplesName;
  } else if (!given('name') && !isMistyped(flags)) {
    problems.push({ where: '--name', message: 'Give the model a name, as in --name "Night Drive".' });
  }

  refuseProblems(flags);
  return {
    paths,
    name: name ?? '',
    session,
    minClips,
    skipInvalid: given('skip-invalid'),
    convert: given('convert'),
    review: given('review'),
    again: given('again'),
    dryRun: given('dry-run'),
    speed,
    deadline,
    yes: given('yes'),
    json: given('json'),
    help: given('help'),
  };
}
