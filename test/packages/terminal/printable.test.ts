import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  escaped,
  inOneLine,
  shown,
  shownJson,
  withinJson,
  withTextsEscaped,
} from '../../../packages/terminal/printable.ts';

const hostile = 'a\u001B[2J\r\nb\u202Egpm\u200E\u2028\u009B2J\u007F\uFEFF\u{E0041}';

describe('text that others wrote', () => {
  test('is shown with everything visible that would act: escapes, line ends, marks of direction', () => {
    expect(escaped(hostile)).toBe(
      'a\\u{1b}[2J\\u{d}\\u{a}b\\u{202e}gpm\\u{200e}\\u{2028}\\u{9b}2J\\u{7f}\\u{feff}\\u{e0041}',
    );
    expect(escaped('half \uD83D')).toBe('half \\u{d83d}');
  });

  test('stays as it is where it is only unusual', () => {
    for (const text of ['côté', '洞窟.mp3', '👩‍🚀 🎵', 'می‌خواهم', 'a\\u{1b}'])
      expect(escaped(text)).toBe(text);
  });

  test('is escaped in a template of our own text, and at any depth of a value', () => {
    expect(shown`file ${'\u001B[2J'}, ${2} bytes`).toBe('file \\u{1b}[2J, 2 bytes');
    const value = { a: ['\u001B', { b: '\n' }], n: 1, none: undefined };
    expect(withTextsEscaped(value)).toEqual({ a: ['\\u{1b}', { b: '\\u{a}' }], n: 1, none: undefined });
  });

  test('is the same after parsing its JSON', () => {
    const json = shownJson({ text: hostile });
    expect(json).toMatch(/^[\x20-\x7E]+$/);
    expect(JSON.parse(json)).toEqual({ text: hostile });
  });

  test('begins no line of a log', () => {
    expect(inOneLine(`key ${hostile}`)).toMatch(/^[\x20-\x7E]+$/);
    const line = JSON.stringify({ reason: withinJson(hostile) });
    expect(line).toMatch(/^[\x20-\x7E]+$/);
    expect(inOneLine(line)).toBe(line);
  });
});

test('the linter lets no text past the writers: not by a stream of the process, the console, or a cast', {
  timeout: 120_000,
}, () => {
  const project = fileURLToPath(new URL('../../..', import.meta.url));
  const folder = mkdtempSync(path.join(project, 'cli', 'lint-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'offender.ts');
  const offences = [
    "process.stdout.write('1');",
    'const { argv, stderr } = process;\nstderr.write(argv.join());',
    "console.log('3');",
    "import type { Shown } from '../../packages/terminal/printable.ts';\nexport const four = '4' as Shown;",
  ];
  writeFileSync(file, `${offences.join('\n')}\n`);
  // The rule against cycles reads every file of the project: four seconds of work for a file that has none.
  const biome = path.join(project, 'node_modules', '.bin', 'biome');
  const linted = spawnSync(biome, ['lint', '--skip=suspicious/noImportCycles', file], {
    cwd: project,
    encoding: 'utf8',
  });
  expect(linted.status).toBe(1);
  expect(linted.stdout + linted.stderr).toContain(`Found ${offences.length} errors`);
});
