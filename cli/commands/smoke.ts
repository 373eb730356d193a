import { common, yes } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { text } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';
import { noWords } from './deploy.ts';

export const smoke = defineCommand({
  name: 'smoke',
  summary: 'Go through the checklist of a stage that is deployed',
  page: 'deploying.md',
  usage: [
    ['--stage NAME', 'checks that stage'],
    ['', 'checks the stack on this machine'],
  ],
  about: [
    'The checklist is "not tried without AWS". It starts a model by the API, by a manifest and from the console, sends a preflight, fetches a signed link, looks at the quota and at the alarms, and deletes what it made. It prints a table: what is right, what failed and what to do then, and what only a person can see.',
    "On a stage in AWS the shell's credentials must let you put objects, start executions and list alarms. The objects under smoke/ and inbox/smoke-… expire with the audio.",
    'Three models cost about 324 credits. It says what they cost and who is paid, and asks. Without --yes, or a yes at the terminal, it makes none and leaves out the rows that need one.',
  ],
  tooMany: noWords,
  flags: {
    origin: text('<url>', "one of the stage's allowedOrigins: its preflight is sent", {
      check: (origin) =>
        URL.parse(origin)?.origin === origin
          ? undefined
          : `"${origin}" is no origin, like https://app.example.com.`,
    }),
    yes: { ...yes, help: 'agree to the three models' },
    ...common,
  },
  done: 'nothing failed',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../smoke/smoke-stage.ts')).smokeStage(args, context),
});

export type SmokeArguments = ArgumentsOf<typeof smoke>;
