import { commonWithPlace } from '../command-line/common-flags.ts';
import { defineCommand } from '../command-line/define-command.ts';
import type { ExitCode } from '../exit-codes.ts';

export const signOut = defineCommand({
  name: 'sign-out',
  summary: 'End the sign-in at a stage, here and at its issuer',
  page: 'deploying.md',
  usage: [['--stage NAME']],
  about: [
    'Every command that names a stage signs in when nobody is signed in. It opens the browser; where there is none, it shows an address to open on another machine and takes the address at which that one ends. Only the page sees the password. What is kept, for 30 days, is a token in .chirpsmith/stages/, readable by you only. Without a terminal set CHIRPSMITH_TOKEN to an access token.',
    'Where the stage is, npx chirpsmith deploy has written to .chirpsmith/stages/. Without that file every command takes --api-url, --issuer and --client-id, as the outputs of the stacks name them. At an issuer of your own, register a public client with the redirect addresses that docs/deploying.md lists, and give it as --client-id.',
  ],
  tooMany: 'It takes options only.',
  flags: commonWithPlace,
  done: 'nobody is signed in any more',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../sign-out-of-stage.ts')).signOutOfStage(args, context),
});
