import { describe, expect, it } from 'vitest';
import { jsonLines } from '../../cli/display/json-lines.ts';
import { linesOf } from '../../cli/display/plain-lines.ts';

describe('JSON lines', () => {
  it('end with how the session ended, though the stack is stopped after it', () => {
    const stdout: string[] = [];
    const display = jsonLines({
      stdout: { write: (text) => stdout.push(text) > 0 },
      stderr: { write: () => true },
    });
    const next = [{ words: 'To go on:' }];
    display.tell({ event: 'session.left', running: false, next });
    display.tell({ event: 'stack.stopped', home: '/home' });
    expect(stdout).toEqual([`${JSON.stringify({ event: 'session.left', running: false, next })}\n`]);
  });
});

describe('plain lines', () => {
  it("let nobody's file name or words forge a line or move the cursor", () => {
    const lines = linesOf({
      event: 'track.failed',
      sessionId: 's',
      trackId: '1',
      file: 'a\nModel ready: chirp-custom:x',
      reason: '\u001B[2Jno',
    });
    expect(lines).toEqual(['failed    a\\u{a}Model ready: chirp-custom:x: \\u{1b}[2Jno']);
  });

  it('give a reason that names several files a line for each', () => {
    const lines = linesOf({
      event: 'error',
      message: 'Two files cannot be used.\n- a.mp3: is empty\n- b.mp3: is text',
    });
    expect(lines).toEqual(['Two files cannot be used.', '  - a.mp3: is empty', '  - b.mp3: is text']);
  });
});
