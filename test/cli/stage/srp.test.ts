import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { beginSrp, srpTimestamp } from '../../../cli/stage/srp.ts';

const hash = (text: string) => createHash('sha512').update(text).digest('hex');
const attempt = () => beginSrp('eu-central-1_Ab12Cd34E', Buffer.from(hash('a'), 'hex'));
const challenge = {
  salt: hash('salt').slice(0, 32),
  serverValue: hash('b').repeat(6),
  secretBlock: Buffer.from('secret block').toString('base64'),
  userIdForSrp: '3f1c-user',
};

// Made once with cognito-srp-helper 2, another implementation; 40 random ones agreed as well.
test('gives the values that another implementation gives', () => {
  const { clientValue, sign } = attempt();
  expect(createHash('sha256').update(clientValue).digest('hex')).toMatch(/^b89d1c2c81661a27/);
  expect(sign(challenge, 'Correct horse 7 battery!', 'Sat Nov 7 08:05:09 UTC 2026')).toBe(
    '3vxBUX9lhbgzLH3tJkqXCDymZMlZzecuPXqqUSsU6c0=',
  );
});

test('proves nothing to a server that sends zero', () => {
  expect(() => attempt().sign({ ...challenge, serverValue: '0' }, 'x', 'now')).toThrow(RangeError);
});

test('writes the time as Cognito wants it, the day without a zero', () => {
  expect(srpTimestamp(new Date('2026-11-07T08:05:09Z'))).toBe('Sat Nov 7 08:05:09 UTC 2026');
});
