import { onlyStage, yes } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { choice, pairs } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

export const noWords = 'It is no option. The stage: --stage NAME';

export const deploy = defineCommand({
  name: 'deploy',
  summary: 'Deploy a stage to the AWS account of your credentials',
  page: 'deploying.md',
  usage: [
    ['--stage NAME', 'deploys it'],
    ['--stage NAME -c logDays=90', 'with another configuration'],
  ],
  about: [
    'Says which account and region before anything is done, checks that the account has room, and asks before a change replaces or destroys something. CDK then asks about permissions. The configuration is kept in stages/<stage>.json: commit it. What the stage consists of is written to .chirpsmith/stages/, where the other commands find it.',
  ],
  tooMany: noWords,
  flags: {
    stage: {
      ...onlyStage.stage,
      help: '1 to 16 of a-z, 0-9 and -; part of every name (or CHIRPSMITH_STAGE)',
    },
    context: pairs(
      'changes the configuration (or CHIRPSMITH_<NAME>): region, logDays, audioDays, allowedOrigins, jwtIssuer and jwtAudience, alarmEmail, alarms=false, dashboard=false, rightsQuestion=false, reservedConcurrency=none, …',
      '-c logDays=90',
    ),
    yes: { ...yes, help: 'agree to what a change replaces or destroys' },
    requireApproval: choice(
      '<when>',
      ['never', 'any-change', 'broadening'],
      'what the CDK asks about: broadening permissions (the default), any-change, or never',
    ),
  },
  done: 'deployed',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../stage/deploy-stage.ts')).deployStage(args, context),
});

/** `context` as `name=value`. */
export type DeployArguments = ArgumentsOf<typeof deploy>;
