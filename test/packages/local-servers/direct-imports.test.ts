import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { directImports } from '../../../packages/local-servers/direct-imports.ts';

const zod = import.meta.resolve('zod');

/** What the hook finds, and whether it asked Node. */
function find(specifier: string, parentURL: string | undefined) {
  const next = vi.fn(() => ({ url: 'asked:node' }));
  const { url, format } = directImports(specifier, { parentURL, conditions: [], importAttributes: {} }, next);
  return { url, format, asked: next.mock.calls.length > 0 };
}

it.each([
  ['./clock.test.ts', import.meta.url, 'module-typescript'],
  ['../../../packages/local-servers/clock.ts', import.meta.url, 'module-typescript'],
  ['./v4/classic/external.js', zod, 'module'],
])('a file that is imported as %s is where Node finds it', (specifier, parent, format) => {
  const url = pathToFileURL(realpathSync(new URL(specifier, parent))).href;
  expect(find(specifier, parent)).toEqual({ url, format, asked: false });
});

it.each([
  ['zod', import.meta.url],
  ['node:fs', import.meta.url],
  ['./lib/common', import.meta.resolve('dynalite/db/index.js')],
  ['./common.js', import.meta.resolve('dynalite/db/index.js')],
  ['./cli/main.ts', undefined],
])('%s is left to Node', (specifier, parent) => {
  expect(find(specifier, parent)).toMatchObject({ url: 'asked:node', asked: true });
});

it("of the languages of zod's errors, English alone is loaded", async () => {
  const { url } = find('../locales/index.js', import.meta.resolve('zod/v4/core'));
  expect(await import(url)).toHaveProperty('default');
  expect(url).toMatch(/\/zod\/v4\/locales\/en\.js$/);
});
