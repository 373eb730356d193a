import type { SessionAnswer } from '../functions/api/contract/session.ts';

/** Where ids at a provider mean something, and whether that may still change. */
export type Belongs = Pick<SessionAnswer, 'provider' | 'movable'>;

/** What a person can do now, and the command for it where there is one. */
export interface Next {
  readonly words: string;
  readonly command?: string;
  /** Variables with secrets that the command needs, and does not hold. */
  readonly needs?: readonly string[];
  /** What the command is about: it is printed with its provider's URL, and this is not printed. */
  readonly about?: Belongs;
}

/** The steps lead to the provider of what they are about, also from a shell that names none. */
export const leadingToProvider = ({ provider, movable }: Belongs, steps: readonly Next[]): readonly Next[] =>
  provider === undefined
    ? steps
    : steps.map((step) => ({ ...step, about: { provider, ...(movable && { movable }) } }));
