import { defaultSettings } from '../functions/shared/settings.ts';
import { sandboxSpeed } from '../local/provider-time.ts';

const { limits, prices } = defaultSettings;

/** Text of `npm run train -- --help`; at most 80 columns wide. */
export const trainHelp = `Train a custom music model on your own audio.

  npm run train -- <folder or files> --name <name> [options]
  npm run train                        trains on eight samples, made on the spot
  npm run train -- --session <id>      goes on with a failed or interrupted session

Everything runs on this machine against a sandbox of the provider: no real model
is made and no real credits are spent. Set PROVIDER_BASE_URL and
PROVIDER_API_KEY to train with a real provider; you are asked first.

Options
  --name <name>        name of the model, at most ${limits.maxNameLength} characters
  --min-clips <n>      fewest usable clips to train on, ${limits.minClips} to ${limits.maxTracks} (default ${limits.minClips})
  --skip-invalid       train on what is usable when some files are not
  --speed <n>          run n times as fast as the provider would (default ${sandboxSpeed};
                       with another provider only our waits are scaled, by
                       default not at all unless it is on this machine)
  --deadline <s>       stop watching after s seconds; the session goes on
  --session <id>       start an existing session again; finished tracks are kept
  --yes, -y            do not ask before credits of a real provider are spent
  --json               one JSON object a line on standard output, nothing else
  --help, -h           this text

Files
  MP3, WAV, FLAC, Ogg, Opus, M4A and other common formats; ${limits.minSeconds} seconds to
  ${limits.maxSeconds / 60} minutes, at most ${limits.maxBytes / 1024 / 1024} MiB each, ${limits.minClips} to ${limits.maxTracks} of them. The content decides, not the
  name. Folders inside a folder are not looked into; hidden files are ignored.
  Everything is checked before anything is spent.

Cost
  ${prices.create} credits for the model and about ${prices.upload} for each upload.

Exit codes
  0 model ready   1 failed   2 bad input, nothing spent   3 needs a decision
  4 deadline      130 left with Ctrl-C; a started session goes on

Examples
  npm run train -- ~/Music/demos --name "Night Drive"
  npm run train -- a.wav b.mp3 "c (live).flac" more/ --name Live --skip-invalid
  npm run --silent train -- tracks --name Nightly --json --yes | tail -n 1
  CHIRPSMITH_HOME=/tmp/try npm run train -- --speed 100
`;

/** Text of `npm run status -- --help`. */
export const statusHelp = `Show the sessions, or how one of them stands.

  npm run status                       the list, newest first
  npm run status -- <id>               one session with its tracks
  npm run status -- <id> --watch       follows it to its end

Options
  --watch              follow the session; Ctrl-C leaves it running
  --deadline <s>       stop watching after s seconds
  --json               one JSON object a line on standard output, nothing else
  --help, -h           this text

Exit codes
  0 shown, or with --watch: model ready   1 failed   2 bad input
  3 needs a decision   4 deadline         130 left with Ctrl-C
`;
