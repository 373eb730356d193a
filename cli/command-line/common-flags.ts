import { nameProblems } from '../../functions/domain/validate-names.ts';
import { rightsSentence } from '../../functions/shared/rights-sentence.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { audioBucketProblem, publicUrlProblem, sandboxSpeed } from '../../local/index.ts';
import { number, one, text, toggle } from './flags.ts';

const { limits } = defaultSettings;

const named = (value: string, help: string) =>
  text(value, help, { check: (typed) => (typed === '' ? 'It needs a value.' : undefined) });

/** Where the sessions are, and whose. Each has a variable: see target.ts. */
const whose = {
  user: named(
    '<name>',
    'whose sessions: on this machine any name, at a stage an e-mail address (or CHIRPSMITH_USER)',
  ),
  stage: named('<name>', 'a stage in AWS in place of this machine (or CHIRPSMITH_STAGE)'),
};

/** Where a stage is that was deployed from another machine. */
const stagePlace = {
  apiUrl: named('<url>', 'ApiUrl (or CHIRPSMITH_API_URL)'),
  issuer: named('<url>', 'TokenIssuer (or CHIRPSMITH_ISSUER)'),
  clientId: named('<id>', 'UserPoolClientId (or CHIRPSMITH_CLIENT_ID)'),
};

const hidden = {
  apiUrl: { ...stagePlace.apiUrl, hidden: true },
  issuer: { ...stagePlace.issuer, hidden: true },
  clientId: { ...stagePlace.clientId, hidden: true },
};

export const json = toggle(
  'one JSON object a line on standard output, nothing else; the last line is the outcome',
);

export const yes = toggle('do not ask', { short: 'y' });

/** Of the commands that send files to a provider. `--yes` is about credits, and no answer to this. */
export const rightsConfirmed = toggle(
  `confirm beforehand, for scripts: "${rightsSentence}" Without it you are asked at a provider that is paid`,
);

/** Of a command that makes or changes a stage itself. */
export const onlyStage = { stage: whose.stage };

/** Of every command that works with sessions. */
export const common = { ...whose, ...hidden, json };

/** The same, with the flags that say where a stage is. */
export const commonWithPlace = { ...whose, ...stagePlace, json };

export const speed = number(
  '<n>',
  `speed of the local stack, when one has to be started (default ${sandboxSpeed})`,
  {
    from: 0.1,
    to: 10_000,
  },
);

/** Seconds; a week is long enough. */
export const deadline = number('<s>', 'stop watching after s seconds; the session goes on', {
  from: 0.01,
  to: 7 * 24 * 3600,
});

/** Of the commands after which a session goes on. */
export const watching = { watch: toggle('follow it to its end; Ctrl-C leaves it running'), deadline };

/** The same of those that may spend credits. */
export const goingOn = { ...watching, speed, yes };

/** A name for a model. */
export const modelName = (help: string) =>
  text('<name>', help, {
    check(name) {
      const [problem] = nameProblems(name, limits);
      return problem && `The name ${problem.message}.`;
    },
  });

/**
 * How a provider elsewhere gets the audio of this machine; audio-flags.ts puts them into the environment, and says which
 * cannot be given together.
 */
export const audioWay = {
  publicUrl: text(
    '<url>',
    'https:// address of a tunnel to this machine, through which the provider fetches the audio (or CHIRPSMITH_PUBLIC_URL)',
    { check: publicUrlProblem },
  ),
  audioBucket: text(
    '<s3-url>',
    's3://name/prefix of a bucket of your own, from which the provider fetches the audio (or CHIRPSMITH_AUDIO_BUCKET)',
    { check: audioBucketProblem },
  ),
  keepAudio: toggle('leave the audio in that bucket when the session is done (or CHIRPSMITH_KEEP_AUDIO=yes)'),
};

export const realistic = toggle(
  'let the sandbox behave as providers are reported to: docs/local.md (or CHIRPSMITH_SANDBOX=realistic)',
);

export const minClips = number(
  '<n>',
  `train although some files have no clip, on at least n of them, ${limits.minClips} to ${limits.maxTracks}`,
  { from: limits.minClips, to: limits.maxTracks, whole: true },
);

export const convert = toggle(
  'convert what the provider may not take, with the ffmpeg of this machine: to FLAC what has no loss, else to MP3',
);

/** The session that a command is about. */
export const session = one('ID', {
  help: "a session's id, or at least its first 4 characters: npx chirpsmith sessions",
  missing:
    'Name the session by its id; its first 4 characters are enough; npx chirpsmith sessions lists them.',
});

export const oneSession = 'One session at a time.';

/** What `--deadline` needs. */
export function checkDeadline({
  given,
  refuse,
}: {
  given(flag: 'deadline' | 'watch'): boolean;
  refuse(where: string, message: string): void;
}): void {
  if (given('deadline') && !given('watch')) refuse('--deadline', 'It bounds the watching: add --watch.');
}
