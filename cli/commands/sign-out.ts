import { commonWithPlace } from '../command-line/common-flags.ts';
import { defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const signOut = defineCommand({
  name: 'sign-out',
  summary: 'End the sign-in at a stage, here and at its user pool',
  page: 'deploying.md',
  usage: [['--stage NAME']],
  about: [
    'Every command that names a stage signs in when nobody is: it asks for an e-mail address and a password, or takes CHIRPSMITH_USER and CHIRPSMITH_PASSWORD. The password is proved and not sent (SRP), and kept nowhere; what is kept, for 30 days, is a token in .chirpsmith/stages/, readable by you only.',
    'Where the stage is, npx chirpsmith deploy has written to .chirpsmith/stages/. Without that file every command takes --api-url, --user-pool-id and --client-id, as the outputs of the stacks name them. A stage with an issuer of its own has no user pool: set CHIRPSMITH_TOKEN to one of its access tokens.',
  ],
  tooMany: 'It takes options only.',
  flags: commonWithPlace,
  done: 'nobody is signed in any more',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../sign-out-of-stage.ts')).signOutOfStage(args, context),
});
