import { createRequire } from 'node:module';
import type { SingleBar } from 'cli-progress';
import type { Paint } from './paint.ts';
import { column, cut } from './text-width.ts';
import type { Output } from './types.ts';

/** How a row looks: a sign, its words, and a bar where bytes move. */
export interface RowState {
  readonly sign: 'waiting' | 'moving' | 'good' | 'bad' | 'busy';
  /** A function is asked at every drawing: for time that passes. */
  readonly words: string | (() => string);
  /** 0 to 1; shown as a bar in place of the words. */
  readonly share?: number;
}

/** Rows at the bottom of the terminal that change in place. */
export interface LiveBlock {
  set(key: string, state: RowState): void;
  /** Draws the rows a last time and keeps them on screen. */
  close(): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const barWidth = 24;

/**
 * One row per label, drawn by cli-progress ten times a second. The widths follow the terminal's, and no row
 * is wider than it: a wrapped row would break the counting of lines.
 */
export function liveBlock(options: {
  stdout: Output & NodeJS.WritableStream;
  paint: Paint;
  labels: readonly { key: string; label: string }[];
  labelWidth: number;
}): LiveBlock {
  const { stdout, paint, labels, labelWidth } = options;
  // Loaded here, for most commands draw no rows.
  const { MultiBar }: typeof import('cli-progress') = createRequire(import.meta.url)('cli-progress');
  const states = new Map<string, RowState>();
  const bars: SingleBar[] = [];
  let closing = false;
  const last = new Map<string, string>();

  const signs: Record<RowState['sign'], () => string> = {
    waiting: () => paint.dim('·'),
    moving: () => '↑',
    busy: () => frames[Math.floor(Date.now() / 100) % frames.length] ?? '…',
    good: () => paint.good('✓'),
    bad: () => paint.bad('✗'),
  };
  const row = (key: string, label: string, width: number): string => {
    const { sign, words, share } = states.get(key) ?? { sign: 'waiting', words: '' };
    const name = Math.min(labelWidth, Math.max(8, width - 8 - barWidth));
    const room = width - name - 8;
    const text =
      share === undefined ? cut(typeof words === 'string' ? words : words(), room) : bar(share, paint);
    const coloured = sign === 'bad' ? paint.bad(text) : sign === 'waiting' ? paint.dim(text) : text;
    // At the end every row is drawn anew, over the "^C" that a terminal may have put into one.
    return `  ${signs[sign]()} ${column(label, name)}  ${coloured}${closing ? '\u001B[0m' : ''}`;
  };

  const block = new MultiBar({
    stream: stdout,
    fps: 10,
    hideCursor: true,
    gracefulExit: false,
    format: (_options, params, { key, label }: { key: string; label: string }) => {
      const drawn = last.get(key) ?? row(key, label, 'maxWidth' in params ? Number(params.maxWidth) : 80);
      if (closing) last.set(key, drawn);
      return drawn;
    },
  });
  for (const { key, label } of labels) bars.push(block.create(1, 0, { key, label }));

  return {
    set: (key, state) => void states.set(key, state),
    close() {
      if (closing) return;
      closing = true;
      // Drawn while the terminal wraps nothing: what stop() draws it cuts, within the sequence of a colour as well.
      block.update();
      block.stop();
    },
  };
}

function bar(share: number, paint: Paint): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `${'━'.repeat(full)}${paint.dim('─'.repeat(barWidth - full))} ${percent} %`;
}
