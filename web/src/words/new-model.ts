import type { AccountAnswer } from '../../../functions/api/contract/account.ts';
import { counted } from './format.ts';
import type { Sentences } from './sentences.ts';

/** What a person has chosen so far, counted. */
export interface Choice {
  readonly kind: 'train' | 'batch';
  readonly ready: number;
  readonly checking: number;
  readonly bad: number;
  readonly copies: number;
  readonly isReviewed: boolean;
  readonly name: string;
  readonly hasRights: boolean;
}

export type Terms = Pick<AccountAnswer, 'prices' | 'limits' | 'rightsQuestion' | 'credits'>;

/** Characters as a reader counts them. */
export const lengthOf = (name: string) => [...name.trim()].length;

/** Credits by the prices of this stage, if nothing has to be sent twice. */
export function priceOf({ kind, ready }: Choice, { prices }: Terms) {
  const uploads = ready * prices.upload;
  return { uploads, training: kind === 'train' ? prices.create : 0 };
}

/** What must be done before it can be started, each an imperative; empty when it can. */
export function missingOf(choice: Choice, { limits, rightsQuestion }: Terms): string[] {
  const { kind, ready, checking, bad, name, hasRights } = choice;
  const [least, most] = kind === 'train' ? [limits.minClips, limits.maxTracks] : [1, limits.maxBatchFiles];
  const missing: string[] = [];
  if (ready + checking + bad === 0) return [`choose ${counted(least, 'file')} or more`];
  if (bad > 0) {
    missing.push(`replace ${counted(bad, 'file')} or leave ${bad === 1 ? 'it' : 'them'} out`);
  }
  if (checking > 0)
    missing.push(
      `wait until the last ${counted(checking, 'file')} ${checking === 1 ? 'is' : 'are'} looked into`,
    );
  else if (ready + bad < least) missing.push(`add ${counted(least - ready - bad, 'file')}`);
  else if (ready > most)
    missing.push(`remove ${counted(ready - most, 'file')}: at most ${most.toLocaleString('en')} are taken`);
  if (rightsQuestion && !hasRights) missing.push('say whose recordings these are');
  if (lengthOf(name) === 0) missing.push(kind === 'train' ? 'name the model' : 'name the batch');
  else if (lengthOf(name) > limits.maxNameLength) {
    missing.push(`shorten the name to ${limits.maxNameLength} characters`);
  }
  return missing;
}

/** What happened, what it costs, and what to do now. */
export function newModelSentences(choice: Choice, terms: Terms): Sentences {
  return { happened: happened(choice, terms), cost: cost(choice, terms), now: now(choice, terms) };
}

function happened({ kind, ready, checking, bad, copies }: Choice, { limits }: Terms): string {
  const all = ready + checking + bad + copies;
  if (all === 0) {
    return kind === 'train'
      ? `Drop ${limits.minClips} or more pieces of your own music.`
      : 'Drop the files whose clips you want.';
  }
  if (checking > 0)
    return `Chirpsmith looks into ${counted(checking, 'file')} of ${all.toLocaleString('en')}.`;
  const good =
    bad + copies === 0 ? counted(ready, 'file') : `${ready.toLocaleString('en')} of ${counted(all, 'file')}`;
  const use = kind === 'train' ? 'trained on' : 'uploaded';
  const others = [
    ...(bad === 0 ? [] : [`${bad === 1 ? 'One' : bad.toLocaleString('en')} cannot`]),
    ...(copies === 0
      ? []
      : [`${copies === 1 ? 'one is a copy' : `${copies.toLocaleString('en')} are copies`}`]),
  ].join(', ');
  const more = others === '' ? '' : ` ${others.charAt(0).toUpperCase()}${others.slice(1)}.`;
  return `${good} can be ${use}.${more}`;
}

function cost(choice: Choice, terms: Terms): string {
  if (choice.ready === 0) return 'Nothing.';
  const { uploads, training } = priceOf(choice, terms);
  const of = terms.credits === undefined ? '' : `, of ${terms.credits.toLocaleString('en')}`;
  return `Nothing. Starting costs about ${counted(uploads + training, 'credit')}${of}.`;
}

function now(choice: Choice, terms: Terms): string {
  const missing = missingOf(choice, terms);
  if (missing.length > 0) {
    const text = `${missing.join(', ')}, then start.`;
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
  const files = counted(choice.ready, 'file');
  if (choice.kind === 'batch') return `Start: ${files} go to the provider; there is no training.`;
  return choice.isReviewed
    ? `Start: ${files} go to the provider, then the run asks you before training.`
    : `Start: ${files} go to the provider, and the training follows.`;
}

/** Of the button that begins it. */
export function startWords(choice: Choice, terms: Terms): string {
  const { uploads, training } = priceOf(choice, terms);
  const files = counted(choice.ready, 'file');
  return choice.kind === 'train' && !choice.isReviewed
    ? `Upload and train, about ${counted(uploads + training, 'credit')}`
    : `Upload ${files}, about ${counted(uploads, 'credit')}`;
}

/** `352 kB`, `48.2 MB` of bytes. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
