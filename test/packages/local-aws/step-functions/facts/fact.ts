import type { Json } from '../../../../../packages/local-aws/step-functions/json.ts';
import { functionArn } from '../machine-fixture.ts';

/** What AWS does with a machine and an input. */
export interface Fact {
  readonly title: string;
  /** `recorded`: from a history that AWS wrote. `documented`: from its developer guide or the language's specification. */
  readonly source: 'recorded' | 'documented';
  readonly definition: { readonly StartAt: string; readonly States: Readonly<Record<string, Json>> };
  readonly input: Json;
  /** Of a run that succeeds. */
  readonly output?: unknown;
  /** Of a run that fails: `{}` when it has neither error nor cause. */
  readonly failure?: { readonly error?: string; readonly cause?: unknown };
  /** Functions by the name in their ARN. */
  readonly functions?: Readonly<Record<string, (input: never) => unknown>>;
}

type Fields = Readonly<Record<string, Json>>;

/** A machine of one state, which ends it. */
export function only(state: Fields): Fact['definition'] {
  return { StartAt: 'Only', States: { Only: state } };
}

export function pass(fields: Fields): Fact['definition'] {
  return only({ Type: 'Pass', ...fields, End: true });
}

export function task(name: string, fields: Fields = {}): Fields {
  return { Type: 'Task', Resource: functionArn(name), ...fields };
}

/** Gives `{ result: … }` with the value of the expression. */
export function expression(text: string): Fact['definition'] {
  return pass({ Parameters: { 'result.$': text } });
}

/** In the state of a machine of {@link only}. */
export function inOnly(words: string): string {
  return `An error occurred while executing the state 'Only' (entered at the event id #2). ${words}`;
}
