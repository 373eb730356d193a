declare const mark: unique symbol;

/** Text that may be shown: what others wrote in it was escaped. Only this module makes it. */
export type Shown = string & { readonly [mark]: true };

/** A value whose texts are all escaped. */
export type ShownValue<T> = T & { readonly [mark]: true };

/**
 * Characters that act instead of being seen: C0, C1 and ESC, line and paragraph separators, marks that turn the
 * direction of writing, halves of characters, and what is invisible but the joiners, which scripts and emoji need.
 */
const acting =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\u200B\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/** One line of text that others wrote, every acting character visible as `\u{1b}`. */
export function escaped(text: string): Shown {
  return own(text.replace(acting, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`));
}

/** A template of our own text; every value put into it is escaped. */
export function shown(words: TemplateStringsArray, ...texts: readonly (string | number)[]): Shown {
  return own(words.map((word, index) => word + escaped(String(texts[index] ?? ''))).join(''));
}

/** Our own text, or a text made of escaped texts only: nothing is escaped here. */
export function own(text: string): Shown {
  // biome-ignore lint/plugin: the one place that makes it
  return text as Shown;
}

/** JSON in one line, control characters in it as `\u001b`: a parser gets the original texts. */
export function shownJson(value: unknown): Shown {
  return inOneLine(JSON.stringify(value));
}

/** A line of a log, which may be JSON: acting characters are escaped as JSON does it. */
export function inOneLine(line: string): Shown {
  return own(line.replace(acting, (sign) => sign.split('').map(jsonEscape).join('')));
}

/** @param unit of UTF-16: JSON knows no longer escape */
function jsonEscape(unit: string): string {
  return unit === '\n' ? '\\n' : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A text that will be put into JSON, which escapes C0 itself and nothing else. */
export function withinJson(text: string): string {
  return text.replace(acting, (sign) => (sign < ' ' ? sign : escaped(sign)));
}

/** The same value with every text in it escaped, at any depth. */
export function withTextsEscaped<T>(value: T): ShownValue<T> {
  return deep(value) as ShownValue<T>;
}

function deep(value: unknown): unknown {
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return value.map(deep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one)]));
}
