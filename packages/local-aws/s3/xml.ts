/** Text as it may occur in an XML element; what XML 1.0 cannot hold becomes a character reference. */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"'\p{Cc}\uFFFE\uFFFF]/gu,
    (c) => `&#x${c.charCodeAt(0).toString(16).toUpperCase()};`,
  );
}

/** An element of the given name; nested elements come as text already made by this function. */
export function element(name: string, content: string | number | boolean | readonly string[]): string {
  const inner = Array.isArray(content) ? content.join('') : escapeXml(String(content));
  return `<${name}>${inner}</${name}>`;
}

/** A whole document. */
export function document(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}

/** The root of an answer, in S3's namespace. */
export function namespaced(name: string, content: readonly string[]): string {
  return `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</${name}>`;
}
