import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withCommands } from '../../../cli/command-line/commands-page.ts';
import { commands } from '../../../cli/commands.ts';

it('docs/command-line.md has the commands as the table has them (else: npm run commands)', () => {
  const page = readFileSync(new URL('../../../docs/command-line.md', import.meta.url), 'utf8');
  expect(withCommands(page, commands)).toBe(page);
});
