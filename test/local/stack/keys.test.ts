import { expect, it } from 'vitest';
import { accountOfKey } from '../../../local/stack/keys.ts';

it('two keys are distinguished without keeping any part of them; blanks around a key are no part of it', () => {
  expect(accountOfKey('key-a')).not.toBe(accountOfKey('key-b'));
  expect(accountOfKey(' key-a\n')).toBe(accountOfKey('key-a'));
  expect(accountOfKey('sk-1234567890')).toMatch(/^[0-9a-f]{16}$/);
});
