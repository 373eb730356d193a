/** What Node's `Buffer` would do, for a browser as well. */

/** As lower-case hex digits, two for each byte. */
export function hexOf(bytes: Iterable<number>): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** A word of Latin-1 letters as bytes. */
export function letters(word: string): Uint8Array {
  return Uint8Array.from(word, (letter) => letter.charCodeAt(0));
}

/** Where the word begins last, at `from` or before; -1 where it does not occur. */
export function lastPlaceOf(bytes: Uint8Array, word: Uint8Array, from = bytes.length): number {
  const first = word[0] ?? 0;
  for (let at = Math.min(from, bytes.length - word.length); at >= 0; at--) {
    at = bytes.lastIndexOf(first, at);
    if (at < 0) return -1;
    if (word.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
