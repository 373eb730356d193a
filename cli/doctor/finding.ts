import type { Next } from '../next.ts';

/** What one check came to; `failed` keeps a command from working. */
export type Verdict = 'ok' | 'warning' | 'failed';

/** One line of the doctor. */
export interface Finding {
  readonly result: Verdict;
  readonly seen: string;
  /** What a person can do about it; empty where nothing is to be done. */
  readonly next: readonly Next[];
}

export const fine = (seen: string): Finding => ({ result: 'ok', seen, next: [] });

export const warning = (seen: string, ...next: readonly Next[]): Finding => ({
  result: 'warning',
  seen,
  next,
});

export const failed = (seen: string, ...next: readonly Next[]): Finding => ({ result: 'failed', seen, next });
