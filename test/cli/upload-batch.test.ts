import { expect, it } from 'vitest';
import { withRejected } from '../../cli/upload-batch.ts';

it('a batch is reported file by file in their order, though files have the same name, and code 5 says that some have no clip', () => {
  const found = ['a/1.mp3', 'b/1.mp3', 'c/1.mp3', 'd/1.mp3'].map((path) => ({ path, name: '1.mp3' }));
  const usable = [1, 3].flatMap((index) => {
    const file = found[index];
    return file ? [{ ...file, size: 1, sha256: String(index) }] : [];
  });
  const rejected = ['is empty', 'is text'].map((reason) => ({
    file: '1.mp3',
    problem: 'broken' as const,
    reason,
  }));
  const files = ['clip b', 'clip d'].map((audioId) => ({ file: '1.mp3', audioId }));
  const about = {
    sessionId: 's',
    name: 'n',
    creditsSpent: 2,
    creditsToCome: 0,
    providerCalls: 2,
    seconds: 1,
  };
  const event = {
    event: 'session.uploaded',
    ...about,
    tracks: [],
    audioIds: ['clip b', 'clip d'],
    files,
    differences: [],
    next: [],
  } as const;
  const told = withRejected({ event, code: 0 }, { files: found, usable, rejected });
  expect(told).toMatchObject({
    event: {
      files: [
        { file: '1.mp3', reason: 'is empty' },
        { file: '1.mp3', audioId: 'clip b' },
        { file: '1.mp3', reason: 'is text' },
        { file: '1.mp3', audioId: 'clip d' },
      ],
    },
    code: 5,
  });
});
