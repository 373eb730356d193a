/** Longest text of the provider that we keep, in characters. */
export const longestWords = 500;

/** Characters of an error body that are read. */
const longestLook = 16 * 1024;

/**
 * Removes from a text what must not be stored: the secrets themselves, the query of every URL, and
 * signature parameters outside a URL.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, '[removed]');
  }
  return clean
    .replace(/(https?:\/\/)[^\s/"'<>@]*@/gi, '$1')
    .replace(/(https?:\/\/[^\s"'<>?#]*)[?#][^\s"'<>]*/gi, '$1?[removed]')
    .replace(/(x-amz-[a-z0-9-]+)(?:=|%3d)[^\s&"'<>]*/gi, '$1=[removed]');
}

/** Cuts to {@link longestWords} characters, never through a character. */
export function bounded(text: string): string {
  const characters = Array.from(text);
  return characters.length <= longestWords ? text : `${characters.slice(0, longestWords - 1).join('')}…`;
}

function withoutHtml(text: string): string {
  return text
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[a-z!/][^<>]*>/gi, ' ')
    .replace(/&(lt|gt|quot|#39|nbsp);/g, (_, name: string) => entities[name] ?? ' ')
    .replaceAll('&amp;', '&')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** Characters of HTML entities; the others become a space. */
const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Where error bodies keep their sentence; the shape is undocumented, so these are the usual names. */
const places = ['message', 'error', 'detail', 'failReason', 'msg'];

function sentence(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (depth > 4) return undefined;
  if (Array.isArray(value)) {
    const parts = value.slice(0, 10).map((it) => sentence(it, depth + 1));
    return parts.filter((it) => it !== undefined).join('; ') || undefined;
  }
  const entries = new Map(Object.entries(Object(value)));
  for (const place of places) {
    const found = sentence(entries.get(place), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The provider's own message in an error body, JSON or HTML or text: tags stripped, secrets and signed
 * URLs removed, at most {@link longestWords} characters. `undefined` when there is none.
 */
export function providerWords(body: string, secrets: readonly string[]): string | undefined {
  let words: string | undefined = body;
  try {
    words = sentence(JSON.parse(body));
  } catch {
    // Cut off, or broken: what would be quoted then are fields, the links to audio among them.
    if (/^\s*[[{]/.test(body)) return undefined;
    // Not JSON: the page itself is what it says.
  }
  if (words === undefined) return undefined;
  const clean = redact(withoutHtml(words.slice(0, longestLook)), secrets);
  return clean === '' ? undefined : bounded(clean);
}
