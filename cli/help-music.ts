import { dialects } from '../functions/provider/provider.ts';
import { longest, relaySongModels, tauModels } from '../functions/sessions/music-rules.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { common } from './help.ts';

/** Texts of `--help` for music, at most 80 columns wide. */

const { prices } = defaultSettings;

/** `npm run generate -- --help` */
export const generateHelp = `Make music with a model of yours or the provider's, or with a persona.

  npm run generate -- --model <model> --prompt <text> [options]
  npm run generate -- --persona <name> --prompt <text> [options]
  npm run generate -- --session ID     goes on with music that was asked for,
                                       and saves its audio (again)

About ${prices.generate} credits, and usually two clips. Their audio is copied into the bucket,
because the provider's links do not last, and from there into a folder.

Options
  --model <model>      name of a model of yours (npm run models; the newest of
                       that name), its id chirp-custom:…, or a model of the
                       provider's, such as chirp-v55
  --persona <name>     a persona of yours to sing it, by its name or id (npm run
                       personas); a custom model cannot. At the relay the model
                       is ${tauModels[0]} unless --model says ${tauModels[1]}
  --through <dialect>  ${dialects.join(' or ')}: which service makes it; that of the
                       persona, else mountsea, if not given. The relay's models:
                       ${relaySongModels.slice(0, 4).join(', ')},
                       ${relaySongModels.slice(4).join(', ')}. Beside PROVIDER_BASE_URL, RELAY_BASE_URL
                       and RELAY_API_KEY name it; the sandbox plays both
  --prompt <text>      what the music is to be, or its words
  --tags <text>        style, such as "slow, warm, piano"
  --negative-tags <t>  style to stay away from
  --title <text>
  --instrumental       without a voice
  --out <folder>       where the audio goes (default music/)
  --speed <n>          of the local stack, when one has to be started
  --deadline <s>       stop watching after s seconds; the music is made all the
                       same: npm run generate -- --session ID
  --yes, -y            do not ask before credits of a real provider are spent
${common}

Exit codes
  0 the audio is in the folder
  1 failed        2 bad input, nothing spent   3 needs a decision
  4 deadline      130 left with Ctrl-C; what was asked for goes on

Examples
  npm run generate -- --model "Night Drive" --prompt "rain at night" --tags slow
  npm run generate -- --persona "Her voice" --prompt "a lullaby" --tags folk
  npm run generate -- --through relay --prompt "rain at night"
  npm run --silent generate -- --model chirp-v55 --prompt sun --json | tail -n 1
`;

/** `npm run persona -- --help` */
export const personaHelp = `Make a persona, a voice and style to sing in, of a clip of music made here.

  npm run persona -- --from <session> --name <name> [options]

It lives where the music was made, at MountSea or at the relay, and music with
it is made there. What the provider takes for it is not documented. It is called
once: asking twice makes one, and where the answer was lost, only --again calls
once more.

Options
  --from <session>     the session of the music: its id, or at least the first 4
                       characters; not an upload, which cannot be a persona
  --clip <id>          which of its clips (default: the first)
  --name <name>        at most ${longest.personaName} characters
  --description <text> at most ${longest.description} characters
  --again              call once more where nobody knows whether it was made; it
                       may make, and cost, a second one
  --speed <n>          of the local stack, when one has to be started
  --yes, -y            do not ask before a real provider is called
${common}

Exit codes
  0 made, now or before
  1 failed        2 bad input, nothing sent   3 in doubt: see --again
  130 left with Ctrl-C

Examples
  npm run persona -- --from 3f2a --name "Her voice"
  npm run persona -- --from 3f2a --clip 9d1c… --name "Low" --description "alto"
`;

/** `npm run personas -- --help` */
export const personasHelp = `List your personas, newest first: name, id, age, where they live, their clip.

  npm run personas

Options
${common}

Exit codes
  0 shown   1 failed   2 bad input
`;

/** `npm run models -- --help` */
export const modelsHelp = `List the models that were trained here, newest first: name, id, age, credits.

  npm run models

Options
${common}

Exit codes
  0 shown   1 failed   2 bad input
`;
