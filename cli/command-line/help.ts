import { exitMeanings } from '../exit-codes.ts';
import { indented, wrapped } from '../output/text-width.ts';
import type { Command, Described } from './define-command.ts';
import type { Flag } from './flags.ts';
import { asTyped } from './read-command-line.ts';

const width = 80;
/** Where the explanations begin. */
const column = 23;

/** A term and what it means; a long term has a line of its own. */
function row(term: string, words: string, by = column): string[] {
  const lines = indented(words, { by, width: width + 1 });
  const first = `  ${term}`;
  if (first.length > by - 2) return [first, ...lines];
  return lines.map((line, index) => (index === 0 ? first.padEnd(by) + line.slice(by) : line));
}

/** `--yes, -y`, `--name <name>`, `-c <name>=<value>`. */
function term(name: string, { value, short, repeated }: Flag): string {
  const typed = repeated && short ? `-${short}` : asTyped(name);
  return `${typed}${value === undefined ? '' : ` ${value}`}${short && !repeated ? `, -${short}` : ''}`;
}

/** The text of `npx chirpsmith <command> --help`, at most 80 columns wide. */
export function helpOf(command: Described): string {
  const {
    name,
    summary,
    usage,
    about = [],
    positionals,
    flags,
    sections = {},
    done,
    examples = [],
  } = command;
  const args = Object.values(positionals).flatMap(({ placeholder, help }) =>
    help ? row(placeholder, help) : [],
  );
  const codes = [0, ...(command.codes ?? ([1, 2] as const))] as const;
  const lines = [
    `${summary}.`,
    '',
    ...usage.flatMap(([typed, does]) => {
      const call = `npx chirpsmith ${name}${typed === '' ? '' : ` ${typed}`}`;
      return does === undefined ? [`  ${call}`] : row(call, does, 43);
    }),
    ...about.flatMap((paragraph) => ['', ...wrapped(paragraph, width)]),
    ...(args.length === 0 ? [] : ['', 'Arguments', ...args]),
    '',
    'Options',
    ...Object.entries(flags).flatMap(([one, flag]) => (flag.hidden ? [] : row(term(one, flag), flag.help))),
    ...row('--help, -h', 'this text'),
    ...Object.entries(sections).flatMap(([title, words]) => [
      '',
      title,
      ...words.split('\n').flatMap((line) => indented(line, { by: 2, width: width + 1 })),
    ]),
    '',
    'Exit codes',
    ...codes.flatMap((code) => row(String(code), code === 0 ? done : exitMeanings[code], 7)),
    ...(examples.length === 0 ? [] : ['', 'Examples']),
    ...examples.map((example) => `  ${example.includes('npx ') ? example : `npx chirpsmith ${example}`}`),
  ];
  return lines.join('\n');
}

/** The text of `npx chirpsmith --help`: every command in its group. */
export function overviewOf(groups: Readonly<Record<string, readonly Command[]>>): string {
  const lines = [
    'Make a custom music model of a folder of your own audio, and music with it.',
    '',
    '  npx chirpsmith <command> [options]',
    '  npx chirpsmith <command> --help      what a command does, and its options',
    ...Object.entries(groups).flatMap(([title, commands]) => [
      '',
      title,
      ...commands.flatMap(({ name, summary }) => row(name, summary, 14)),
    ]),
    '',
    'To begin',
    '  npx chirpsmith train ~/Music/demos --name "Night Drive"',
  ];
  return lines.join('\n');
}
