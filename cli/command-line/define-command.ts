import { withAudioFlags } from '../audio-flags.ts';
import type { CommandContext } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { withSandboxFlag } from '../sandbox-flag.ts';
import type { Flag, Positional } from './flags.ts';
import { type CommandLine, readCommandLine } from './read-command-line.ts';

type Flags = Readonly<Record<string, Flag>>;
type Positionals = Readonly<Record<string, Positional>>;

/** What `run` gets: each flag and each positional under its name in the declaration. */
type ArgumentsFrom<F extends Flags, P extends Positionals> = {
  readonly [Name in keyof F]: F[Name] extends Flag<infer Value> ? Value : never;
} & {
  readonly [Name in keyof P]: P[Name] extends Positional<infer Value> ? Value : never;
};

/** Rules that a flag alone cannot know. */
interface Rules<Name> {
  given(flag: Name): boolean;
  /** A flag was mistyped: the missing one is probably the one that was meant, so it is not reported as well. */
  readonly mistyped: boolean;
  /** @param where a flag as it is typed, or a word */
  refuse(where: string, message: string): void;
}

/** What all of a command's texts are made of. */
export interface Described {
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** What follows the name, most usual first, each with what it does. */
  readonly usage: readonly (readonly [args: string, does?: string])[];
  /** Paragraphs before the options. */
  readonly about?: readonly string[];
  readonly positionals: Positionals;
  /** Names as in code; `minClips` is typed `--min-clips`. */
  readonly flags: Flags;
  /** Sections after the options. */
  readonly sections?: Readonly<Record<string, string>>;
  /** When it ends with 0. */
  readonly done: string;
  /** The other codes that it may end with; 1 and 2 if not given. */
  readonly codes?: readonly ExitCode[];
  /** What follows `npx chirpsmith`, or a whole line where that has a variable before it. */
  readonly examples?: readonly string[];
  /** The page of docs/ about it. */
  readonly page?: string;
  /** It handles signals itself. */
  readonly ownSignals?: boolean;
}

/** One command of the command line. Methods, so that one table can hold commands of different arguments. */
export interface Command<Arguments = unknown> extends Described {
  /** Reads its part of the command line: all problems at once, none thrown. */
  parse(
    argv: readonly string[],
    env: NodeJS.ProcessEnv,
  ): CommandLine<Arguments> & {
    /** The environment with the flags that have variables. */
    readonly env: NodeJS.ProcessEnv;
  };
  run(args: Arguments, context: CommandContext): Promise<ExitCode>;
}

/** The arguments of a command. */
export type ArgumentsOf<C> = C extends Command<infer Arguments> ? Arguments : never;

/**
 * Declares a command: its parsing, its help, its completion and its row in the documentation come from here.
 * `run` imports the work when it is called, so that a help or a mistake is answered at once; its return type is
 * written out, so that the work can take its arguments' type from here.
 */
export function defineCommand<const F extends Flags, const P extends Positionals = Record<never, never>>(
  spec: Omit<Described, 'positionals' | 'flags'> & {
    readonly positionals?: P;
    readonly flags: F;
    /** What to do with words that nothing takes. */
    readonly tooMany: string;
    check?(args: ArgumentsFrom<F, P>, rules: Rules<keyof F>): void;
    run(args: ArgumentsFrom<F, P>, context: CommandContext): Promise<ExitCode>;
  },
): Command<ArgumentsFrom<F, P>> {
  const { check, tooMany, ...described } = spec;
  const command = { ...described, positionals: spec.positionals ?? {} };
  return {
    ...command,
    parse(argv, env) {
      const { values, given, mistyped, ...line } = readCommandLine({ ...command, tooMany }, argv, env);
      // The declaration has a reader for each name.
      const args = values as ArgumentsFrom<F, P>;
      const refuse = (where: string, message: string) => void line.problems.push({ where, message });
      check?.(args, { given: (flag) => given.has(String(flag)), mistyped, refuse });
      const audio = withAudioFlags(values, line.target.stage, env);
      const sandbox = withSandboxFlag(values, audio.env, spec.flags.stage && line.target.stage);
      line.problems.push(...audio.problems, ...sandbox.problems);
      return { ...line, args, env: sandbox.env };
    },
  };
}
