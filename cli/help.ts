import { defaultSettings } from '../functions/shared/settings.ts';
import { sandboxSpeed } from '../local/provider-time.ts';

/** Texts of `--help`, at most 80 columns wide. */

const { limits, prices } = defaultSettings;

export const common = `  --user <name>        whose sessions: on this machine any name, at a stage an
                       e-mail address (or CHIRPSMITH_USER)
  --stage <name>       the stage in AWS that is meant, not this machine (or
                       CHIRPSMITH_STAGE): npm run sign-out -- --help
  --json               one JSON object a line on standard output, nothing else;
                       the last line is the outcome
  --help, -h           this text`;

const watching = `  --watch              follow it to its end; Ctrl-C leaves it running
  --deadline <s>       stop watching after s seconds`;

const goingOn = `${watching}
  --speed <n>          of the local stack, when one has to be started
  --yes, -y            do not ask
${common}`;

const id = "ID is a session's id, or at least its first 4 characters: npm run sessions.";

const codes = (done: string) => `Exit codes
  0 ${done}
  1 failed, or not possible as the session stands   2 bad input, nothing done
  3 needs a decision (npm run status -- ID)         4 deadline
  5 model ready, and some files are not in it
  130 left with Ctrl-C; a started session goes on
`;

/** `npm run train -- --help` */
export const trainHelp = `Train a custom music model on your own audio.

  npm run train -- <folder or files> --name <name> [options]
  npm run train                        trains on eight samples, made on the spot

Everything runs on this machine against a sandbox of the provider: no real model
is made and no real credits are spent. Set PROVIDER_BASE_URL and
PROVIDER_API_KEY to train with a real provider; you are asked first.

Options
  --name <name>        name of the model, at most ${limits.maxNameLength} characters
  --min-clips <n>      train although some files have no clip, on at least n of
                       them, ${limits.minClips} to ${limits.maxTracks}; without it every file must have one
  --skip-invalid       leave out files that cannot be used or have no clip
  --again              train another model of files that have a session under
                       this name already; without it that session goes on
  --convert            convert what the provider may not take, with the ffmpeg
                       of this machine: to FLAC what has no loss, else to MP3
  --review             stop after the uploads, with exit code 0 and the event
                       session.review; the training begins, and is paid, with
                       npm run approve -- ID
  --dry-run            check the files and the rest, show the cost and who would
                       be paid; starts nothing, spends nothing, leaves nothing
  --speed <n>          run n times as fast as the provider would (default ${sandboxSpeed};
                       with another provider only our waits are scaled, by
                       default not at all unless it is on this machine)
  --deadline <s>       stop watching after s seconds; the session goes on
  --yes, -y            do not ask before credits of a real provider are spent
${common}

Files
  MP3, WAV, FLAC, Ogg, Opus, M4A and other common formats; ${limits.minSeconds} seconds to
  ${limits.maxSeconds / 60} minutes, at most ${limits.maxBytes / 1024 / 1024} MiB each, ${limits.minClips} to ${limits.maxTracks} of them. The content decides, not the
  name. Folders inside a folder are not looked into; hidden files are ignored.
  Everything is checked before anything is spent.

Cost
  ${prices.create} credits for the model and about ${prices.upload} for each upload.

Exit codes
  0 model ready, or stopped for --review, or --dry-run found nothing wrong
  1 failed        2 bad input, nothing spent   3 needs a decision
  4 deadline      130 left with Ctrl-C; a started session goes on

What comes after
  npm run sessions     the sessions; of each: status, resume, cancel, approve,
                       decide, replace. npm run status -- ID says which to use.

Examples
  npm run train -- ~/Music/demos --name "Night Drive"
  npm run train -- a.wav b.mp3 "c (live).flac" more/ --name Live --skip-invalid
  npm run --silent train -- tracks --name Nightly --json --yes | tail -n 1
  CHIRPSMITH_HOME=/tmp/try npm run train -- --speed 100
`;

/** `npm run sessions -- --help` */
export const sessionsHelp = `List all sessions, newest first: name, id, status, age, what can be done next.

  npm run sessions

Options
${common}

Exit codes
  0 shown   1 failed   2 bad input
`;

/** `npm run status -- --help` */
export const statusHelp = `Show how a session stands: each track, the provider's own words, what was spent
and may still be spent, what a decision would be about, and the commands to go
on with.

  npm run status -- ID                 as it stands now
  npm run status -- ID --watch         follows it to its end

${id}

Options
${watching}
${common}

${codes('shown; with --watch: model ready, or waits for approval')}`;

/** `npm run resume -- --help` */
export const resumeHelp = `Go on with a session after a failure, a stop or an interruption, or start it.

  npm run resume -- ID [--watch]
  npm run resume -- ID --name "New name"
  npm run resume -- ID --min-clips 20

Finished tracks are kept, failed ones tried again unless they were refused for
good, and a training that was paid is looked at, not paid again. A session that
is under way is left alone.

${id}

Options
  --name <name>        a corrected name for the model, until create is taken
  --min-clips <n>      train although some files have no clip, on at least n of
                       them, until create is taken
${goingOn}

${codes('goes on; with --watch: model ready, or waits for approval')}`;

/** `npm run cancel -- --help` */
export const cancelHelp = `Stop a session. What is done and paid is kept; what already runs at the provider
goes on there and is told. npm run resume -- ID goes on later.

  npm run cancel -- ID

${id}

Options
${common}

Exit codes
  0 cancelled   1 failed, or nothing to cancel   2 bad input
`;

/** `npm run delete -- --help` */
export const deleteHelp = `Delete a session with its files, in all their versions, for good. Asks first.

  npm run delete -- ID

Possible while nothing runs: npm run cancel -- ID stops a session. The clips and
the model at the provider stay there. What ended early is deleted by the same
command again.

${id}

Options
  --yes, -y            do not ask
  --abandon-paid-training, --abandon-paid-music
                       give up what is paid and may still succeed; without the
                       session nobody finds it, and --yes alone does not do
${common}

Exit codes
  0 deleted   1 failed, or not possible as the session stands   2 bad input
`;

/** `npm run approve -- --help` */
export const approveHelp = `Agree to the training of a session that was started with --review. Shows its
clips and the price, and asks.

  npm run approve -- ID [--watch]

With a real provider somebody must say yes: at the terminal, or by --yes.

${id}

Options
${goingOn}

${codes('approved; with --watch: model ready')}`;

/** `npm run decide -- --help` */
export const decideHelp = `Decide how to go on when create was perhaps paid, or when a training was paid
and failed, or does not end. npm run status -- ID says what is known. Who
decided, what and when, is recorded.

  npm run decide -- ID --check-again   ask the provider once more; costs nothing
  npm run decide -- ID --create-again  call create again; it may cost ${prices.create}
                                       credits a second time, so you are asked
  npm run decide -- ID --abandon       give the session up for good

${id}

Options
  --name <name>        with --create-again: a corrected name for the model
${goingOn}

${codes('decided; with --watch: model ready')}`;

/** `npm run replace -- --help` */
export const replaceHelp = `Put another file in the place of a track that was refused or failed, in the same
session. The file is checked first, and nothing is spent before you resume.

  npm run replace -- ID TRACK FILE

${id}
TRACK is its number or its file's name, as npm run status -- ID shows them.

Options
${common}

Exit codes
  0 replaced   1 failed, or not possible as the session stands   2 bad input
`;

/** `npm run sign-out -- --help` */
export const signOutHelp = `End the sign-in at a stage, here and at its user pool.

  npm run sign-out -- --stage prod

Every command that names a stage signs in when nobody is: it asks for an e-mail
address and a password, or takes CHIRPSMITH_USER and CHIRPSMITH_PASSWORD. The
password is proved and not sent (SRP), and kept nowhere; what is kept, for 30
days, is a token in .chirpsmith/stages/, readable by you only.

Where the stage is, npm run deploy has written to .chirpsmith/stages/. Without
that file:

  --api-url <url>      ApiUrl           (or CHIRPSMITH_API_URL)
  --user-pool-id <id>  UserPoolId       (or CHIRPSMITH_USER_POOL_ID)
  --client-id <id>     UserPoolClientId (or CHIRPSMITH_CLIENT_ID)

as the outputs of the stacks name them. A stage with an issuer of its own has no
user pool: set CHIRPSMITH_TOKEN to one of its access tokens.

Options
${common}

Exit codes
  0 nobody is signed in any more   1 failed   2 bad input
`;

/** `npm run deploy -- --help` */
export const deployHelp = `Deploy a stage: a copy of the product in the AWS account of your credentials.

  npm run deploy -- --stage prod [-c name=value …]

Says which account and region before anything is done, checks that the account
has room, and asks before a change replaces or destroys something. CDK then asks
about permissions. The configuration is kept in stages/<stage>.json: commit it.
What the stage consists of is written to .chirpsmith/stages/, from where the
other commands know it: npm run train -- --stage prod.

Options
  --stage <name>       1 to 16 of a-z, 0-9 and -; part of every name (or
                       CHIRPSMITH_STAGE)
  -c <name>=<value>    changes the configuration (or CHIRPSMITH_<NAME>): region,
                       logDays, audioDays, allowedOrigins, jwtIssuer and
                       jwtAudience, alarmEmail, alarms=false, dashboard=false,
                       reservedConcurrency=none, …
  --yes, -y            agree to what a change replaces or destroys
  --require-approval <when>
                       what the CDK asks about: broadening permissions (the
                       default), any-change, or never
  --help, -h           this text

Exit codes
  0 deployed   1 failed   2 bad input, nothing done
`;

/** `npm run destroy -- --help` */
export const destroyHelp = `Remove a stage's API, machine and functions. The audio, the records, the
provider's key and the people stay, and the next deployment finds them again.

  npm run destroy -- --stage prod

Options
  --stage <name>       the stage (or CHIRPSMITH_STAGE)
  --all                the storage stack too. What it holds stays in the account
                       all the same, without a stack, until deleted by hand
  -c <name>=<value>    configuration, as it was deployed with
  --yes, -y            do not ask
  --help, -h           this text

Exit codes
  0 removed   1 failed   2 bad input, nothing done
`;
