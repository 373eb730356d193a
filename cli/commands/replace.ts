import { common, rightsConfirmed, session } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { one } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

export const replace = defineCommand({
  name: 'replace',
  summary: 'Put another file in the place of a failed track',
  usage: [['ID TRACK FILE']],
  about: [
    'The session stays the same. The file is checked first, and nothing is spent before npx chirpsmith resume ID.',
  ],
  positionals: {
    session,
    track: one('TRACK', {
      help: "its number or its file's name, as npx chirpsmith status ID shows them",
      missing: 'Name the track by its number or its file, as npx chirpsmith status shows them.',
    }),
    file: one('FILE', {
      help: 'the file that takes its place',
      missing: 'Name the file that takes its place.',
      isPath: true,
    }),
  },
  tooMany: 'One track and one file at a time.',
  flags: { rightsConfirmed, ...common },
  done: 'replaced',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../replace-track.ts')).replaceTrack(args, context),
});

/** `file` as typed. */
export type ReplaceArguments = ArgumentsOf<typeof replace>;
