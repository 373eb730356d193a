import type { Case } from './case.ts';
import { thenResume } from './outcomes.ts';

const group = 'The account at the provider';
const goneWords = 'The account of this session is not available any more.';
const gone = { kind: 'status', status: 404, body: { message: goneWords } } as const;

/** The clips lie on that account (documented), so nothing that was paid can be taken elsewhere. */
const beginAnew = 'which tells the same while the account is gone; then a new session';

/** Faults that last until a person fixes them. */
export const accountFaults: readonly Case[] = [
  {
    group,
    what: 'credits run out in the middle of the uploads',
    place: 'upload',
    trouble: { kind: 'account', settings: { credits: 5 }, mended: { credits: 1000 } },
    outcome: {
      ...thenResume('CreditsExhausted', 'Insufficient credits.', { cost: 5 }),
      next: ['mend', 'resume'],
    },
  },
  {
    group,
    what: 'credits run out before create',
    place: 'create',
    trouble: { kind: 'account', settings: { credits: 60 }, mended: { credits: 1000 } },
    outcome: {
      ...thenResume('CreditsExhausted', 'Insufficient credits.', { cost: 6 }),
      next: ['mend', 'resume'],
    },
  },
  {
    group,
    what: 'the account holds as many models as it may',
    place: 'create',
    trouble: { kind: 'account', settings: { modelsPerAccount: 0 }, mended: { modelsPerAccount: 10 } },
    outcome: {
      ...thenResume('ProviderRefused', 'holds as many models as it may', { cost: 6 }),
      next: ['mend', 'resume'],
    },
  },
  {
    group,
    what: 'the name is longer than the provider takes',
    place: 'create',
    trouble: { kind: 'account', settings: { models: { longestName: 8 } }, mended: {} },
    outcome: {
      ...thenResume('ProviderRefused', 'name must have 1 to 8 characters', { cost: 6 }),
      next: ['resume with a shorter name'],
    },
  },
  {
    group,
    what: 'the model is retired',
    place: 'generate',
    trouble: {
      kind: 'account',
      settings: { models: { retired: 'refused' } },
      mended: { models: { retired: 'renamed' } },
    },
    outcome: {
      ...thenResume('ProviderRefused', 'chirp-v55 is retired', { total: 40 }),
      note: 'which tells the same; music with another model is asked for anew',
      next: ['mend', 'resume'],
    },
  },
  {
    group,
    what: 'the account is gone',
    place: 'upload',
    trouble: { kind: 'call', fault: gone, times: 1000 },
    outcome: {
      status: 'failed',
      error: 'NotEnoughClips',
      reason: goneWords,
      cost: 0,
      next: ['resume'],
      note: beginAnew,
      finally: { status: 'failed', cost: 0 },
    },
  },
  {
    group,
    what: 'the account is gone',
    place: 'create',
    trouble: { kind: 'call', fault: gone, times: 1000 },
    outcome: {
      ...thenResume('ProviderRefused', goneWords, { cost: 6 }),
      note: beginAnew,
      finally: { status: 'failed', cost: 6 },
    },
  },
  {
    group,
    what: 'fewer credits than it would cost, and the balance can be asked for',
    place: 'open batch',
    trouble: { kind: 'account', settings: { credits: 5 }, mended: { credits: 1000 } },
    outcome: {
      ...thenResume('CreditsExhausted', '1 more are needed. Nothing was sent.', { total: 6 }),
      next: ['mend', 'resume'],
    },
  },
  {
    group,
    what: 'fewer credits than it would cost, and the balance can be asked for',
    place: 'generate',
    trouble: { kind: 'account', settings: { credits: 30 }, mended: { credits: 1000 } },
    outcome: {
      ...thenResume('CreditsExhausted', '10 more are needed. Nothing was sent.', { total: 40 }),
      next: ['mend', 'resume'],
    },
  },
  {
    group,
    what: 'the account is gone',
    place: 'add to batch',
    trouble: { kind: 'call', fault: gone, times: 1000 },
    outcome: {
      status: 'failed',
      error: 'NotEnoughClips',
      reason: goneWords,
      cost: 0,
      next: ['resume'],
      note: beginAnew,
      finally: { status: 'failed', cost: 0 },
    },
  },
];
