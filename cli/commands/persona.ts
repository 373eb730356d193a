import { longest, personaTextProblems } from '../../functions/domain/music-rules.ts';
import { common, speed, yes } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { atMost, text, toggle } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

export const persona = defineCommand({
  name: 'persona',
  summary: 'Make a persona, a voice to sing in, of music made here',
  page: 'music.md',
  usage: [['--from ID --name NAME']],
  about: [
    'It lives where the music was made, at MountSea or at the relay, and music with it is made there. What the provider takes for it is not documented. It is called once: asking twice makes one, and where the answer was lost, only --again calls once more.',
  ],
  tooMany: 'Put the session after --from, and the name after --name, in quotes.',
  flags: {
    from: text(
      '<session>',
      'the session of the music: its id, or at least the first 4 characters; not an upload, which cannot be a persona',
    ),
    clip: text('<id>', 'which of its clips (default: the first)', {
      check: (clip) => (clip === '' ? 'It is empty: leave it out for the first.' : undefined),
    }),
    name: text('<name>', `at most ${longest.personaName} characters`, {
      check(name) {
        const [problem] = personaTextProblems({ name });
        return problem && `It ${problem.message}.`;
      },
    }),
    description: text('<text>', `at most ${longest.description} characters`, {
      check: atMost(longest.description),
    }),
    again: toggle(
      'call once more where nobody knows whether it was made; it may make, and cost, a second one',
    ),
    speed,
    yes: { ...yes, help: 'do not ask before a real provider is called' },
    ...common,
  },
  check(_args, { given, mistyped, refuse }) {
    if (mistyped) return;
    if (!given('from')) {
      const message =
        'Say of which music, by its session, as in --from 3f2a; npx chirpsmith sessions lists them.';
      refuse('--from', message);
    }
    if (!given('name')) refuse('--name', 'Give it a name, as in --name "Her voice".');
  },
  done: 'made, now or before',
  codes: [1, 2, 3, 130],
  examples: [
    'persona --from 3f2a --name "Her voice"',
    'persona --from 3f2a --clip 9d1c… --name Low --description alto',
  ],
  run: async (args, context): Promise<ExitCode> => {
    const { from = '', name = '' } = args;
    return (await import('../make-persona.ts')).makePersona({ ...args, from, name }, context);
  },
});

export type PersonaArguments = ArgumentsOf<typeof persona> & Readonly<Record<'from' | 'name', string>>;
