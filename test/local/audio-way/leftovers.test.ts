import { expect, it } from 'vitest';
import { sessionStatuses } from '../../../functions/domain/session.ts';
import type { AudioWay } from '../../../local/audio-way/audio-way.ts';
import { isDone, removeLeftovers } from '../../../local/audio-way/leftovers.ts';

it('audio goes when a session is done, and stays while it runs, waits for a person, or was interrupted', () => {
  expect(sessionStatuses.filter((status) => !isDone(status))).toEqual([
    'open',
    'preparing',
    'uploading',
    'review',
    'creating',
    'training',
    'generating',
    'copying',
    'interrupted',
  ]);
});

it('a stack that starts removes what is left of sessions that are done or not there any more', async () => {
  const removed: string[] = [];
  const statuses: Record<string, string> = {
    trained: 'ready',
    running: 'uploading',
    'cut off': 'interrupted',
  };
  const way: Pick<AudioWay, 'sessions' | 'remove'> = {
    sessions: async () => ['trained', 'running', 'cut off', 'deleted'],
    remove: async (sessionId) => void removed.push(sessionId),
  };
  await removeLeftovers(way, async (sessionId) => statuses[sessionId]);
  expect(removed).toEqual(['trained', 'deleted']);
});

it('a way that has copied nothing has nothing left', async () => {
  await removeLeftovers({ remove: () => Promise.reject(new Error('not to be called')) }, async () => 'ready');
});
