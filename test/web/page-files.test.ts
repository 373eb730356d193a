import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type PageFile, pageFiles } from '../../web/build/page-files.ts';

const config = { issuer: 'https://id.example.com', discovery: 'https://id.example.com', clientId: 'page' };
let files: ReadonlyMap<string, PageFile>;
beforeAll(async () => {
  files = await pageFiles(config);
});

const textOf = (name: string) => Buffer.from(files.get(name)?.body ?? '').toString('utf8');
const named = (ending: string) => [...files.keys()].filter((name) => name.endsWith(ending));

describe('the files of the page', () => {
  const compressed = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + gzipSync(textOf(name)).length, 0);

  test('have at most 60 kB of JavaScript for the first view, compressed, and 90 kB in all', () => {
    const scripts = named('.js');
    const first = scripts.filter((name) => textOf('index.html').includes(name));
    expect(first.length).toBeGreaterThan(0);
    expect(compressed(first)).toBeLessThanOrEqual(60_000);
    expect(scripts.some((name) => name.includes('inspection-worker'))).toBe(true);
    expect(compressed(scripts)).toBeLessThanOrEqual(90_000);
  });

  test('need no exception from a policy that takes scripts and styles of the own origin only', () => {
    const page = textOf('index.html');
    expect(page).not.toMatch(/<script(?![^>]* src="\/assets\/)/);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|data:|https?:/);
    for (const name of named('.css')) expect(textOf(name)).not.toMatch(/url\((?!#)|@import/);
    for (const name of named('.js')) expect(textOf(name)).not.toMatch(/\beval\(|new Function\(/);
  });

  test('are kept by a browser under names that change with their contents; what names them is asked for each time', () => {
    for (const [name, { cacheControl }] of files) {
      expect(cacheControl, name).toBe(
        /^assets\/[\w-]+-[\w-]{8}\.\w+$/.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    }
    expect(JSON.parse(textOf('config.json'))).toEqual(config);
  });
});
