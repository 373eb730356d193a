import { styleText } from 'node:util';

/** Colours, or none. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  odd(text: string): string;
}

/** @param colours off: the texts stay as they are */
export function createPaint(colours: boolean): Paint {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colours ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    good: style('green'),
    bad: style('red'),
    odd: style('yellow'),
  };
}
