import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { check } from '../../bench/fuzz/check.ts';
import { terminalTarget } from '../../bench/fuzz/terminal-target.ts';
import type { CliEvent } from '../../cli/events.ts';
import { jsonLines } from '../../cli/output/json-lines.ts';
import { linesOf, plainLines } from '../../cli/output/plain-lines.ts';
import { withTextsEscaped } from '../../packages/terminal/printable.ts';

describe('JSON lines', () => {
  const told = (...events: readonly CliEvent[]) => {
    const printed: string[] = [];
    const complaints: string[] = [];
    const display = jsonLines({
      print: (line) => void printed.push(line),
      complain: (line) => void complaints.push(line),
    });
    for (const event of events) display.emit(event);
    return { printed, complaints };
  };

  it('end with how the session ended, though the stack is stopped after it', () => {
    const next = [{ words: 'To go on:' }];
    const left = { event: 'session.detached', running: false, next } as const;
    expect(told(left, { event: 'stack.stopped', home: '/home' }).printed).toEqual([JSON.stringify(left)]);
  });

  it('give parsers the original texts, and terminals no control characters', () => {
    const file = 'a\u202Egpm.3pm\u2028\u009B2J\u001B[2J\u{E0041}';
    const { printed } = told({ event: 'file.skipped', file, reason: 'no audio' });
    expect(printed).toEqual([
      '{"event":"file.skipped","file":"a\\u202egpm.3pm\\u2028\\u009b2J\\u001b[2J\\udb40\\udc41","reason":"no audio"}',
    ]);
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({ file });
  });

  it('say what went wrong on standard error as well, in one line', () => {
    const { complaints } = told({ event: 'error', message: 'no\u001B[2J\nModel ready' });
    expect(complaints).toEqual(['no\\u{1b}[2J\\u{a}Model ready']);
  });
});

describe('plain lines', () => {
  it('of a training say how long it usually takes, and each minute what has passed, until the next event', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const printed: string[] = [];
    const display = plainLines({ print: (line) => void printed.push(line), complain: () => {} });
    const stack = { pid: 1, page: '', api: '', speed: 20, provider: '', sandbox: true };
    display.emit(withTextsEscaped({ event: 'stack.found', ...stack }));
    display.emit(withTextsEscaped({ event: 'session.training', sessionId: 's' }));
    vi.advanceTimersByTime(125_000);
    display.emit(withTextsEscaped({ event: 'file.skipped', file: 'a', reason: 'b' }));
    vi.advanceTimersByTime(600_000);
    expect(printed.slice(1)).toEqual([
      'Training: usually 6 to 9 s.',
      'Training: 60 s have passed, usually 6 to 9 s.',
      'Training: 120 s have passed, usually 6 to 9 s.',
      'skipped   a: b',
    ]);
  });

  it('let no foreign text forge a line or move the cursor', () => {
    const lines = linesOf(
      withTextsEscaped({
        event: 'track.failed',
        sessionId: 's',
        trackId: '1',
        file: 'a\nModel ready: chirp-custom:x',
        reason: '\u001B[2Jno',
      }),
    );
    expect(lines).toEqual(['failed    a\\u{a}Model ready: chirp-custom:x: \\u{1b}[2Jno']);
  });

  it('give a reason that lists several files a line for each', () => {
    const message = 'Two files cannot be used.\n- a.mp3: is empty\n- b.mp3: is text';
    const lines = linesOf(withTextsEscaped({ event: 'error', message }));
    expect(lines).toEqual(['Two files cannot be used.', '  - a.mp3: is empty', '  - b.mp3: is text']);
  });
});

it('a hundred runs with hostile texts put no control character on a terminal or into a log', async () => {
  expect(await check(terminalTarget, { runs: 100, seed: 20_261_121 })).toBeUndefined();
});
