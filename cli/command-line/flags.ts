/** Tells what is wrong with a value; the flag then counts as given, without one. */
export type Refuse = (message: string) => undefined;

/** A flag of a command: everything about it, declared once. */
export interface Flag<Value = unknown> {
  /** What it does, as `--help` has it; broken into lines there. */
  readonly help: string;
  /** Placeholder of its value in the help. A flag without one is a switch. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** Every value it may have. */
  readonly choices?: readonly string[];
  /** Its value is a path. */
  readonly isPath?: boolean;
  /** Taken by every command, and shown by the one that it matters to. */
  readonly hidden?: boolean;
  /** May be given more than once. */
  readonly repeated?: boolean;
  /** @param typed the values in their order; of a switch one empty text; none when it was not given */
  read(typed: readonly string[], refuse: Refuse): Value;
}

/** Words that are no flag, in their order. */
export interface Positional<Value = unknown> {
  /** As the help names it, in capitals. */
  readonly placeholder: string;
  readonly help?: string;
  /** What to do when it is missing; without this it may be. */
  readonly missing?: string;
  /** Takes all words that are left. */
  readonly many: boolean;
  readonly isPath?: boolean;
  read(words: readonly string[]): Value;
}

type Extras = Pick<Flag, 'short' | 'hidden'>;

/** `--yes` */
export function toggle(help: string, extras: Extras = {}): Flag<boolean> {
  return { help, ...extras, read: (typed) => typed.length > 0 };
}

/** Checks a text: the message, or nothing. */
type Check = (text: string) => string | undefined;

/**
 * `--title TEXT`, without the spaces around it; empty is as good as not given.
 * @param extras.check says what is wrong with it, the empty text too
 */
export function text(
  value: string,
  help: string,
  { check, ...extras }: Extras & Pick<Flag, 'isPath'> & { check?: Check } = {},
): Flag<string | undefined> {
  return {
    value,
    help,
    ...extras,
    read([typed], refuse) {
      const trimmed = typed?.trim();
      const problem = trimmed === undefined ? undefined : check?.(trimmed);
      if (problem !== undefined) refuse(problem);
      return trimmed || undefined;
    },
  };
}

/** A check of {@link text}. */
export const notEmpty: Check = (text) => (text === '' ? 'It is empty.' : undefined);

/** A check of {@link text}: characters as a reader counts them. */
export const atMost =
  (longest: number): Check =>
  (text) =>
    [...text].length > longest ? `It has ${[...text].length} characters: use at most ${longest}.` : undefined;

/** `--speed 2.5` */
export function number(
  value: string,
  help: string,
  { from, to, whole = false }: { from: number; to: number; whole?: boolean },
): Flag<number | undefined> {
  return {
    value,
    help,
    read([typed], refuse) {
      if (typed === undefined) return undefined;
      const read = /^\d+(\.\d+)?$/.test(typed) ? Number(typed) : Number.NaN;
      if (!(read >= from && read <= to)) return refuse(`"${typed}" is not a number from ${from} to ${to}.`);
      if (whole && !Number.isInteger(read)) return refuse(`"${typed}" is not a whole number.`);
      return read;
    },
  };
}

/** `--provider relay`: one of a few words. */
export function choice<Choice extends string>(
  value: string,
  choices: readonly Choice[],
  help: string,
): Flag<Choice | undefined> {
  return {
    value,
    help,
    choices,
    read([typed], refuse) {
      if (typed === undefined) return undefined;
      return (
        choices.find((one) => one === typed.trim()) ?? refuse(`"${typed}" is none of ${choices.join(', ')}.`)
      );
    },
  };
}

/** `-c name=value`, as often as one likes. */
export function pairs(help: string, example: string): Flag<readonly string[]> {
  return {
    value: '<name>=<value>',
    help,
    short: 'c',
    repeated: true,
    read(typed, refuse) {
      const good = typed.filter((pair) => /^\w+=/.test(pair));
      if (good.length < typed.length) refuse(`It needs a name and a value, as in ${example}.`);
      return good;
    },
  };
}

/** A word that must be there. */
export function one(
  placeholder: string,
  { help, missing, isPath = false }: { help?: string; missing: string; isPath?: boolean },
): Positional<string> {
  return {
    placeholder,
    ...(help === undefined ? {} : { help }),
    missing,
    many: false,
    isPath,
    read: ([word = '']) => word,
  };
}

/** A word that may be there. */
export function optional(placeholder: string, help: string): Positional<string | undefined> {
  return { placeholder, help, many: false, read: ([word]) => word };
}

/** All words that are left. */
export function many(
  placeholder: string,
  { help, missing }: { help: string; missing?: string },
): Positional<readonly string[]> {
  return {
    placeholder,
    help,
    ...(missing === undefined ? {} : { missing }),
    many: true,
    isPath: true,
    read: (words) => words,
  };
}
