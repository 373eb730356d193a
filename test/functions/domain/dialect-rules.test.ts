import { describe, expect, test } from 'vitest';
import {
  type DialectWish,
  defaultModel,
  dialectOf,
  dialectProblems,
} from '../../../functions/domain/dialect-rules.ts';
import { isModelId } from '../../../functions/domain/music-rules.ts';

const custom = 'chirp-custom:00000000-0000-4000-8000-000000000000';
const hers = { name: 'Hers', dialect: 'relay' } as const;
const his = { name: 'His', dialect: 'mountsea' } as const;

describe('where music is made', () => {
  test.each<[DialectWish, string]>([
    [{ persona: hers }, 'relay'],
    [{ persona: his, model: 'chirp-v4-tau' }, 'mountsea'],
    [{ persona: hers, dialect: 'mountsea' }, 'relay'],
    [{ dialect: 'relay' }, 'relay'],
    [{ dialect: 'relay', model: 'chirp-v55' }, 'relay'],
    [{ dialect: 'mountsea', model: 'chirp-v4-tau' }, 'mountsea'],
    [{ model: 'chirp-v4-tau' }, 'relay'],
    [{ model: 'chirp-v3-5-tau' }, 'relay'],
    // What is the relay's only by its name is not taken there without a word: another account is charged.
    [{ model: 'chirp-v4' }, 'mountsea'],
    [{ model: custom }, 'mountsea'],
    // A clip is made into music by the relay only.
    [{ fromClip: 'clip-1' }, 'relay'],
    [{ fromClip: 'clip-1', dialect: 'mountsea' }, 'mountsea'],
    [{ fromClip: 'clip-1', persona: his }, 'mountsea'],
    [{}, 'mountsea'],
  ])('follows from the persona, then from what is said, then from the model: %o → %s', (wish, dialect) => {
    expect(dialectOf(wish)).toBe(dialect);
  });

  test('the relay has a model where none is named, with a persona another one; MountSea has none', () => {
    expect(defaultModel('relay', hers)).toBe('chirp-v4-tau');
    expect(defaultModel('relay', undefined)).toBe('chirp-v4');
    expect(defaultModel('mountsea', his)).toBeUndefined();
  });
});

describe('a request that keeps the rules of the pages', () => {
  test.each<[DialectWish]>([
    [{ model: custom }],
    [{ model: 'chirp-v55', persona: his }],
    [{ model: 'chirp-v4-tau', persona: hers }],
    [{ model: 'chirp-v3-5-tau', persona: hers, dialect: 'relay' }],
    [{ model: 'chirp-v4', dialect: 'relay', instrumental: true }],
    [{ model: 'chirp-crow', dialect: 'relay' }],
    [{ model: 'chirp-crow', fromClip: 'clip-1', instrumental: true }],
  ])('%o', (wish) => {
    expect(dialectProblems(wish, true)).toEqual([]);
  });
});

test.each([
  'chirp-v55',
  'chirp-v50',
  'chirp-45+',
  'chirp-v45',
  'chirp-v45-lite',
  'chirp-v40',
  'chirp-v35',
  custom,
])('%s is a model of the pages, taken as it is and not for the name of one', (model) => {
  expect(isModelId(model)).toBe(true);
  expect(dialectProblems({ model }, { set: 'relayBaseUrl' })).toEqual([]);
});

describe('a request that breaks one is refused with its field and its own message', () => {
  test.each<[string, DialectWish, where: string, words: string]>([
    [
      'a custom model with a persona',
      { model: custom, persona: hers },
      'model',
      'cannot sing with a persona',
    ],
    ['the same at MountSea', { model: custom, persona: his }, 'model', 'cannot sing with a persona'],
    ['a custom model at the relay', { model: custom, dialect: 'relay' }, 'model', 'the relay has none'],
    ['a tau model without a persona', { model: 'chirp-v4-tau' }, 'persona', 'sings with a persona only'],
    [
      'another model with a persona at the relay',
      { model: 'chirp-v4', persona: hers },
      'model',
      'use chirp-v4-tau, chirp-v3-5-tau',
    ],
    [
      "MountSea's model at the relay",
      { model: 'chirp-v55', dialect: 'relay' },
      'model',
      'no model of the relay',
    ],
    [
      "the relay's model at MountSea",
      { model: 'chirp-v4' },
      'model',
      'say dialect "relay" (--provider relay)',
    ],
    [
      "a tau model with a persona of MountSea's",
      { model: 'chirp-v4-tau', persona: his },
      'model',
      'for personas that live there',
    ],
    ['no model at MountSea', {}, 'model', 'is missing: a name of a model of yours'],
    ['the same with a persona', { persona: his }, 'model', 'is missing: with this persona one of chirp-v55'],
    [
      'a dialect where the persona does not live',
      { model: 'chirp-v4-tau', persona: hers, dialect: 'mountsea' },
      'dialect',
      'lives at the relay',
    ],
    [
      'a clip beside a persona',
      { model: 'chirp-v4-tau', persona: hers, fromClip: 'clip-1' },
      'fromClip',
      'cannot be combined with a persona',
    ],
    [
      'a clip at MountSea',
      { model: 'chirp-v55', dialect: 'mountsea', fromClip: 'clip-1' },
      'fromClip',
      'say dialect "relay"',
    ],
    [
      "a clip with MountSea's model",
      { model: 'chirp-v55', fromClip: 'clip-1' },
      'model',
      'no model of the relay',
    ],
    [
      'an instrumental persona at the relay',
      { model: 'chirp-v4-tau', persona: hers, instrumental: true },
      'instrumental',
      'is a voice',
    ],
  ])('%s', (_, wish, where, words) => {
    expect(dialectProblems(wish, true)).toEqual([{ where, message: expect.stringContaining(words) }]);
  });

  test.each<[DialectWish, where: string]>([
    [{ model: 'chirp-v4', dialect: 'relay' }, 'dialect'],
    [{ model: 'chirp-v4-tau', persona: hers }, 'persona'],
    [{ model: 'chirp-v4', fromClip: 'clip-1' }, 'fromClip'],
  ])('everything that goes to a relay without a configuration: %o', (wish, where) => {
    for (const set of ['relayBaseUrl', 'RELAY_BASE_URL']) {
      expect(dialectProblems(wish, { set })).toEqual([
        { where, message: expect.stringContaining(`none is configured here: set ${set} (docs/music.md)`) },
      ]);
    }
  });

  test('all mistakes are reported at once', () => {
    const wish = { model: custom, persona: hers, dialect: 'mountsea', instrumental: true } as const;
    expect(dialectProblems(wish, { set: 'relayBaseUrl' }).map(({ where }) => where)).toEqual([
      'dialect',
      'persona',
      'model',
      'instrumental',
    ]);
  });
});
