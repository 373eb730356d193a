import type { Problem } from '../functions/shared/errors.ts';
import type { Next } from './next.ts';

/** What was given cannot be used; nothing was started or spent. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly problems: readonly Problem[];
  /** Usable files and files needed, where files are what was refused. */
  readonly counts: { readonly usable: number; readonly needed: number } | undefined;
  /** What can be done instead. */
  readonly next: readonly Next[] | undefined;

  /** @param message one sentence; the problems are shown after it */
  constructor(
    message: string,
    problems: readonly Problem[] = [],
    counts?: { readonly usable: number; readonly needed: number },
    next?: readonly Next[],
  ) {
    super(message);
    this.problems = problems;
    this.counts = counts;
    this.next = next;
  }
}
