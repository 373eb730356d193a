/** What a person can do now, and the command for it where there is one. */
export interface Next {
  readonly words: string;
  readonly command?: string;
  /** Variables with secrets that the command needs, and does not hold. */
  readonly needs?: readonly string[];
}
