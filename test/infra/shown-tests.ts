import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** A file of the project as text, by its path from the root. */
export const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

export const exists = (path: string) => existsSync(new URL(path, root));

/** The cells of a page's table rows, without heads and rules. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  const isRule = (line: string | undefined) => /^\|[ |:-]+$/.test(line ?? '');
  return lines
    .filter((line, index) => line.startsWith('| ') && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) => line.slice(2, -2).split(' | '));
}

/** The tests that a page names, each as [`file`](path): "title". */
export function shownTests(text: string): (readonly [file: string, title: string])[] {
  const named = /\]\((?:\.\.\/)?(test\/[^)]+)\): "(.+?)"(?=$|,? [|[])/gm;
  return [...text.matchAll(named)].map(([, file = '', title = '']) => [file, title] as const);
}

/** Is there a test, or a group of tests, with a title that begins like this? */
export function hasTest(file: string, title: string): boolean {
  if (!exists(file)) return false;
  const text = read(file).replaceAll("\\'", "'");
  return ["'", '"', '`'].some((quote) => text.includes(quote + title));
}
