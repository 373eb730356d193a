import { describe, expect, it } from 'vitest';
import { checkFiles, type FileInspector } from '../../cli/check-files.ts';
import type { CliEvent } from '../../cli/events.ts';

const limits = { minSeconds: 6, maxSeconds: 480, maxBytes: 1e6 };
const good = { usable: true, format: 'MP3', extension: 'mp3', durationSeconds: 30 } as const;

/** Content by path: `!` is unreadable, `?` is not audio, anything else is audio with that hash. */
function inspectorOf(contents: Record<string, string>, delays: Record<string, number> = {}): FileInspector {
  return {
    async inspect(path) {
      await new Promise((done) => setTimeout(done, delays[path] ?? 0));
      const content = contents[path] ?? '!';
      if (content === '!') throw Object.assign(new Error('no'), { code: 'EACCES' });
      if (content === '?') {
        return {
          inspection: { usable: false, problem: 'not-audio', reason: 'This is text.' },
          size: 1,
          sha256: undefined,
        };
      }
      return { inspection: good, size: 1, sha256: content };
    },
  };
}

async function check(contents: Record<string, string>, delays?: Record<string, number>) {
  const told: CliEvent[] = [];
  const files = Object.keys(contents).map((name) => ({ path: name, name }));
  const checked = await checkFiles(files, limits, {
    inspector: inspectorOf(contents, delays),
    emit: (event) => told.push(event),
    signal: new AbortController().signal,
  });
  return { ...checked, told };
}

describe('checking files', () => {
  it('reports the verdicts in the order of the files, even if one takes longer', async () => {
    const { told } = await check({ a: '1', b: '?', c: '3', d: '4', e: '5', f: '6' }, { a: 30, c: 15 });
    expect(told.map((event) => 'file' in event && event.file)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('marks every later file with the same bytes', async () => {
    const { usable } = await check({ a: 'same', b: 'other', c: 'same', d: 'same' });
    expect(usable.map(({ name, duplicateOf }) => [name, duplicateOf])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', 'a'],
      ['d', 'a'],
    ]);
  });

  it('names files that cannot be read or used, and goes on', async () => {
    const { usable, rejected } = await check({ a: '!', b: '?', c: '1' });
    expect(usable.map(({ name }) => name)).toEqual(['c']);
    expect(rejected).toEqual([
      { file: 'a', problem: 'unreadable', reason: 'It cannot be read: permission is missing.' },
      { file: 'b', problem: 'not-audio', reason: 'This is text.' },
    ]);
  });
});
