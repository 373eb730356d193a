import { defaultSettings } from '../../functions/shared/settings.ts';
import { sandboxSpeed } from '../../local/index.ts';
import {
  audioWay,
  common,
  convert,
  deadline,
  minClips,
  modelName,
  realistic,
  rightsConfirmed,
  speed,
  yes,
} from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { many, text, toggle } from '../command-line/flags.ts';
import { asTyped } from '../command-line/read-command-line.ts';
import type { ExitCode } from '../exit-codes.ts';

const { limits, prices } = defaultSettings;

const audio = `MP3, WAV, FLAC, Ogg, Opus, M4A and other common formats; ${limits.minSeconds} seconds to ${limits.maxSeconds / 60} minutes, at most ${limits.maxBytes / 1024 / 1024} MiB each, ${limits.minClips} to ${limits.maxTracks} of them. The content decides, not the name. Folders inside a folder are not looked into; hidden files are ignored. Everything is checked before anything is spent.`;

/** Flags that mean nothing where the session exists. */
const ofNewSession = ['minClips', 'skipInvalid', 'convert', 'review', 'again', 'dryRun'] as const;

export const train = defineCommand({
  name: 'train',
  summary: 'Train a custom music model on your own audio',
  page: 'audio.md',
  usage: [['FOLDER --name NAME'], ['', 'on eight samples that it makes']],
  about: [
    'Everything runs on this machine against a sandbox of the provider: no real model is made and no real credits are spent. Set PROVIDER_BASE_URL and PROVIDER_API_KEY to train with a real provider; you are asked first.',
  ],
  positionals: { paths: many('FOLDER', { help: 'a folder, or files; without one eight samples' }) },
  tooMany: '',
  flags: {
    name: modelName(
      `name of the model, at most ${limits.maxNameLength} characters; the provider may take no more than ${limits.advisedNameLength}`,
    ),
    session: text('<id>', 'go on with this session instead: the same as resume --watch', {
      check: (id) => (id === '' ? 'Give the id of a session.' : undefined),
    }),
    minClips: { ...minClips, help: `${minClips.help}; without it every file must have one` },
    skipInvalid: toggle('leave out files that cannot be used or have no clip'),
    again: toggle(
      'train another model of files that have a session under this name already; without it that session goes on',
    ),
    convert,
    review: toggle(
      'stop after the uploads, with exit code 0 and the event session.review; npx chirpsmith approve begins the training, and pays it',
    ),
    dryRun: toggle(
      'try all that costs nothing: files, name, disk, key, balance, the way of the audio, rights; starts nothing, spends nothing, leaves nothing',
    ),
    speed: {
      ...speed,
      help: `run n times as fast as the provider would (default ${sandboxSpeed}; with another provider only our waits are scaled, by default not at all unless it is on this machine)`,
    },
    ...audioWay,
    realistic,
    deadline,
    rightsConfirmed,
    yes: { ...yes, help: 'do not ask before credits of a real provider are spent' },
    ...common,
  },
  check(args, { given, mistyped, refuse }) {
    if (args.session !== undefined) {
      for (const flag of ofNewSession.filter(given)) {
        refuse(asTyped(flag), 'It has no meaning for a session that exists: leave it out.');
      }
      if (given('name')) {
        const message =
          'A session has a name already; to correct it: npx chirpsmith resume ID --name "New name".';
        refuse('--name', message);
      }
      if (args.paths.length > 0) {
        const message = 'A session that exists has its files already: give either files or --session.';
        refuse(args.paths.join(', '), message);
      }
    } else if (!given('name') && !given('session') && args.paths.length > 0 && !mistyped) {
      refuse('--name', 'Give the model a name, as in --name "Night Drive".');
    }
  },
  sections: {
    Files: audio,
    Cost: `${prices.create} credits for the model and about ${prices.upload} for each upload.`,
  },
  done: 'model ready, or stopped for --review, or --dry-run found nothing wrong',
  codes: [1, 2, 3, 4, 5, 130],
  examples: [
    'train ~/Music/demos --name "Night Drive"',
    'train a.wav b.mp3 "c (live).flac" --name Live --skip-invalid',
    'train tracks --name Nightly --json --yes | tail -n 1',
    'CHIRPSMITH_HOME=/tmp/try npx chirpsmith train --speed 100',
  ],
  async run(args, context): Promise<ExitCode> {
    const { speed, session, dryRun } = args;
    // It takes longer to load than all that comes before it is needed.
    if (session === undefined && !dryRun) (await import('../connect.ts')).connectSoon(speed, context);
    const { trainModel } = await import('../train-model.ts');
    return trainModel({ ...args, name: args.name ?? 'Samples' }, context);
  },
});

/** `paths` as typed; none means the samples. `deadline` in seconds. */
export type TrainArguments = ArgumentsOf<typeof train> & { readonly name: string };
