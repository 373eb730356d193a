import type fc from 'fast-check';

/** Something that strangers can send anything to. */
export interface Target<Input> {
  readonly name: string;
  readonly input: fc.Arbitrary<Input>;
  /** Sends one input and says, in words, which rules the answer breaks. What is thrown is a broken rule as well. */
  play(input: Input): Promise<readonly string[]>;
}
