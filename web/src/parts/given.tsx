import { printable } from '../words/format.ts';

/**
 * A text of others, a name or a provider's word: it turns no direction of the text around it, and what cannot be seen in it
 * is visible. The one place of `<bdi>`: given-text.grit.
 */
export function Given({ text }: { readonly text: string | undefined }) {
  return <bdi>{printable(text ?? '')}</bdi>;
}
