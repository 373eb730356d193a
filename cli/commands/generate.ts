import { longest, relaySongModels, tauModels } from '../../functions/domain/music-rules.ts';
import { dialects } from '../../functions/provider/provider.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { common, deadline, realistic, speed, yes } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { atMost, choice, notEmpty, text, toggle } from '../command-line/flags.ts';
import { asTyped } from '../command-line/read-command-line.ts';
import type { ExitCode } from '../exit-codes.ts';

/** What makes a request, and has no meaning for one that was made. */
const ofRequest = [
  'model',
  'persona',
  'fromClip',
  'uncheckedClip',
  'provider',
  'prompt',
  'tags',
  'title',
  'negativeTags',
  'instrumental',
] as const;

const clipId = (typed: string) =>
  /^[\w-]{1,100}$/.test(typed)
    ? undefined
    : 'This is no id of a clip: npx chirpsmith status ID shows those of a session.';

export const generate = defineCommand({
  name: 'generate',
  summary: 'Make music with a model, or with a persona',
  page: 'music.md',
  usage: [
    ['--model NAME --prompt TEXT'],
    ['--persona NAME --prompt TEXT'],
    ['--from-clip ID --prompt TEXT', 'at the relay'],
    ['--session ID', 'saves music that was asked for before'],
  ],
  about: [
    `About ${defaultSettings.prices.generate} credits, and usually two clips. Their audio is copied into the bucket, because the provider's links do not last, and from there into a folder.`,
  ],
  tooMany: 'Put what the music is to be after --prompt, in quotes.',
  flags: {
    model: text(
      '<model>',
      "name of a model of yours (npx chirpsmith models; the newest of that name), its id chirp-custom:…, or a model of the provider's: any chirp-… is passed on",
      { check: notEmpty },
    ),
    persona: text(
      '<name>',
      `a persona of yours to sing it, by its name or id (npx chirpsmith personas); a custom model cannot. At the relay the model is ${tauModels[0]} unless --model says ${tauModels[1]}`,
      { check: notEmpty },
    ),
    fromClip: text(
      '<clip>',
      'id of a clip to make it from, at the relay: it must exist there, generated and not uploaded, of the same account. A clip of music of yours there is known to be (npx chirpsmith status ID)',
      { check: clipId },
    ),
    uncheckedClip: toggle('take a --from-clip that is of no music of yours: none of that can be checked'),
    provider: choice(
      '<provider>',
      dialects,
      `${dialects.join(' or ')}: which of them makes it; that of the persona, else mountsea, if not given. The relay's models: ${relaySongModels.join(', ')}. Beside PROVIDER_BASE_URL, RELAY_BASE_URL and RELAY_API_KEY name it; the sandbox is both`,
    ),
    prompt: text('<text>', 'what the music is to be, or its words', { check: atMost(longest.prompt) }),
    tags: text('<text>', 'style, such as "slow, warm, piano"', { check: atMost(longest.tags) }),
    negativeTags: text('<text>', 'style to stay away from', { check: atMost(longest.negativeTags) }),
    title: text('<text>', 'title of the music', { check: atMost(longest.title) }),
    instrumental: toggle('without a voice'),
    out: text('<folder>', 'where the audio goes (default music/)', { isPath: true }),
    session: text('<id>', 'music that was asked for before: goes on with it, and saves its audio (again)'),
    speed,
    realistic,
    deadline: { ...deadline, help: 'stop watching after s seconds; the music is made all the same' },
    yes: { ...yes, help: 'do not ask before credits of a real provider are spent' },
    ...common,
  },
  check(args, { given, mistyped, refuse }) {
    if (given('session')) {
      for (const flag of ofRequest.filter(given)) {
        refuse(asTyped(flag), 'It was said when the music was asked for: leave it out.');
      }
    } else if (!mistyped) {
      if (given('fromClip') && given('persona')) {
        refuse('--from-clip', 'A persona is of a clip already: leave out one of them.');
      }
      if (given('fromClip') && args.provider === 'mountsea') {
        refuse('--from-clip', 'Only the relay makes music from a clip: leave out --provider, or the clip.');
      }
      if (given('uncheckedClip') && !given('fromClip')) {
        refuse('--unchecked-clip', 'Say which clip, as in --from-clip ID.');
      }
      // A persona, and the relay, have a model of their own.
      const atRelay = given('fromClip') || (given('provider') && args.provider !== 'mountsea');
      const hasDefault = given('persona') || atRelay;
      if (!given('model') && !hasDefault) {
        refuse('--model', 'Say which model, as in --model "Night Drive". Yours: npx chirpsmith models');
      }
      if (args.prompt === undefined) {
        refuse('--prompt', 'Say what the music is to be, as in --prompt "rain at night".');
      }
    }
  },
  done: 'the audio is in the folder',
  codes: [1, 2, 3, 4, 5, 130],
  examples: [
    'generate --model "Night Drive" --prompt "rain at night"',
    'generate --persona "Her voice" --prompt "a lullaby" --tags folk',
    'generate --provider relay --prompt "rain at night"',
    'generate --from-clip "$CLIP" --prompt "the same at dawn"',
    'generate --model chirp-v55 --prompt sun --json | tail -n 1',
  ],
  run: async (args, context): Promise<ExitCode> => {
    const { prompt = '', tags = '', out = 'music' } = args;
    return (await import('../generate-music.ts')).generateMusic({ ...args, prompt, tags, out }, context);
  },
});

/** `deadline` in seconds; `out` as typed. */
export type GenerateArguments = ArgumentsOf<typeof generate> &
  Readonly<Record<'prompt' | 'tags' | 'out', string>>;
