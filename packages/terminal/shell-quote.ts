/** A value as one word of a command that is shown: a shell takes it as it is, with all that is in it. */
export function shellQuote(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  // What acts where it is shown would be escaped there, and so be another word: bash, zsh and ksh know this notation.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) {
    const bytes = [...new TextEncoder().encode(value)].map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x27 || byte === 0x5c
        ? `\\x${byte.toString(16).padStart(2, '0')}`
        : String.fromCharCode(byte),
    );
    return `$'${bytes.join('')}'`;
  }
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
