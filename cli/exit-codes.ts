/** What the process ends with; documented in `--help`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  badInput: 2,
  needsDecision: 3,
  deadline: 4,
  /**
   * There is a model that some files are not in, because the session allows that; a batch of which some have no clip; or
   * music whose audio the provider keeps locked.
   */
  incomplete: 5,
  /** Ctrl-C: 128 + SIGINT, as shells expect it. The session, once started, goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each means, in the help of a command and in docs/command-line.md. Of 0 each command says it itself. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done, or waiting for approval',
  1: "failed, or not possible in the session's current state",
  2: 'bad input; nothing was done or spent',
  3: 'needs a decision',
  4: 'the deadline of the command passed; the session goes on',
  5: 'a model without some of the files, a batch without some of their clips, or music whose audio is locked',
  130: 'interrupted; a session that was started goes on',
};
