import { stripVTControlCharacters } from 'node:util';

/** Signs that a terminal draws two cells wide: East Asian wide and full-width ones, and emoji. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;
/** Signs that take no cell of their own: marks on the letter before, joiners, direction marks. */
const zero = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** One cell each; most texts are of these only, and are measured at once. */
const plain = /^[ -~]*$/;

let segmenter: Intl.Segmenter | undefined;

/** By graphemes. Made when it is needed, for that takes 20 ms of each command. */
function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Cells that a text takes in a terminal; its colours take none. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segments(stripVTControlCharacters(text))) width += cellsOf(segment);
  return width;
}

function cellsOf(grapheme: string): number {
  if (zero.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** Shortens a file's name in the middle, so that its beginning and its extension can be read. */
export function shortened(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const graphemes = [...segments(text)].map(({ segment }) => segment);
  const room = Math.max(0, width - 1);
  const tailRoom = Math.min(Math.floor(room / 3), 10);
  let tail = '';
  let tailWidth = 0;
  for (const grapheme of graphemes.toReversed()) {
    if (tailWidth + cellsOf(grapheme) > tailRoom) break;
    tail = grapheme + tail;
    tailWidth += cellsOf(grapheme);
  }
  let head = '';
  let headWidth = 0;
  for (const grapheme of graphemes) {
    if (headWidth + cellsOf(grapheme) > room - tailWidth) break;
    head += grapheme;
    headWidth += cellsOf(grapheme);
  }
  return `${head}…${tail}`;
}

/** Cuts at the end. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let head = '';
  let used = 0;
  for (const { segment } of segments(text)) {
    if (used + cellsOf(segment) > width - 1) break;
    head += segment;
    used += cellsOf(segment);
  }
  return `${head}…`;
}

/** Shortened or filled with spaces to exactly `width` cells. */
export function column(text: string, width: number): string {
  const short = shortened(text, width);
  return short + ' '.repeat(Math.max(0, width - textWidth(short)));
}

/** Breaks a text at its spaces into lines of at most `width` cells; a longer word keeps a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && textWidth(longer) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines;
}

/**
 * The text in lines that all begin `by` cells further right and end before `width`.
 * @param style is laid on each line after it was measured
 */
export function indented(
  text: string,
  { by, width, style = (line) => line }: { by: number; width: number; style?: (line: string) => string },
): string[] {
  return wrapped(text, width - by - 1).map((line) => ' '.repeat(by) + style(line));
}

/** A reason may list several files, each on a line of its own that begins with "- "; those are set in. */
export function reasonLines(reason: string): string[] {
  return reason.split('\\u{a}- ').map((line, index) => (index === 0 ? '' : '  - ') + line.trim());
}
