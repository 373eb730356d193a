import { expect, it } from 'vitest';
import { refusing } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { calls } from './mountsea-client.ts';

const words = {
  prepare: 'open a training session',
  upload: 'take tracks for a training',
  create: 'train a model',
  openBatch: 'open a batch session',
  addToBatch: 'take files for a batch',
  generate: 'make music',
  persona: 'make a persona',
  status: 'tell how a task stands',
};

it.each(Object.entries(words))(
  'a dialect that cannot %s says so by name, and that nothing was sent',
  async (call, what) => {
    const refused = calls[call]?.(refusing('relay'));
    await expect(refused).rejects.toBeInstanceOf(ChirpsmithError);
    await expect(refused).rejects.toMatchObject({
      name: 'NotPossible',
      message: `The provider's dialect "relay" cannot ${what}; nothing was sent.`,
    });
  },
);

it('a dialect that nobody has filled in has no other key to try and knows of no credits', async () => {
  const port = refusing('mountsea');
  expect(port.dialect).toBe('mountsea');
  expect(await port.readKey({ forceFetch: true })).toBe(false);
  expect(await port.credits()).toBeUndefined();
});
