/** What the process ends with; documented in `--help`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  badInput: 2,
  needsDecision: 3,
  deadline: 4,
  /** There is a model, and some files are not in it, because the session allows that. */
  incomplete: 5,
  /** Ctrl-C: 128 + SIGINT, as shells expect it. The session, once started, goes on. */
  left: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
