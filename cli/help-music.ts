import { defaultSettings } from '../functions/shared/settings.ts';
import { common } from './help.ts';

/** Texts of `--help` for music, at most 80 columns wide. */

const { prices } = defaultSettings;

/** `npm run generate -- --help` */
export const generateHelp = `Make music with a model of yours, or one of the provider's.

  npm run generate -- --model <model> --prompt <text> [options]
  npm run generate -- --session ID     goes on with music that was asked for,
                                       and saves its audio (again)

About ${prices.generate} credits, and usually two clips. Their audio is copied into the bucket,
because the provider's links do not last, and from there into a folder.

Options
  --model <model>      name of a model of yours (npm run models; the newest of
                       that name), its id chirp-custom:…, or a model of the
                       provider's, such as chirp-v55
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
  npm run --silent generate -- --model chirp-v55 --prompt sun --json | tail -n 1
`;

/** `npm run models -- --help` */
export const modelsHelp = `List the models that were trained here, newest first: name, id, age, credits.

  npm run models

Options
${common}

Exit codes
  0 shown   1 failed   2 bad input
`;
