import { expect, test } from 'vitest';
import { createSession } from '../../../functions/api/create-session/create-session.ts';
import { sessionAnswer } from '../../../functions/api/session-response.ts';
import { warningsOf } from '../../../functions/domain/session-warnings.ts';
import { nameProblems, nameWarning } from '../../../functions/domain/validate-names.ts';
import { settingsSchema } from '../../../functions/shared/settings.ts';
import {
  neverTheSame,
  openTable,
  sessionOf,
  settings,
  testMoment,
} from '../../../test-support/session-records.ts';

const files = Array.from({ length: 6 }, (_, index) => ({
  name: `${index}.mp3`,
  size: 1000,
  sha256: `${index}`.repeat(64),
}));
const long = 'A name of seventeen';
const warning = expect.stringMatching(
  /has 19 characters.*reported to take 1 to 16.*after the uploads are paid/,
);

async function create(name: string, limits = settings.limits) {
  const table = await openTable();
  const put = async () => ({ url: 'https://bucket.example/', headers: {}, expiresInSeconds: 60 });
  return createSession(
    'ana',
    { name, files },
    {
      store: table.store,
      contents: neverTheSame,
      uploads: { put },
      bucket: 'audio',
      settings: { ...settings, limits },
      now: () => Date.parse(testMoment),
      newId: () => 'created',
    },
  );
}

test('a name that the provider may refuse for its length is taken, and the answer to the create warns of it', async () => {
  expect((await create(long)).warnings).toEqual([warning]);
  expect(await create('Sixteen letters!')).not.toHaveProperty('warnings');
  // As a reader counts, and not as bytes.
  expect(nameWarning('🎵'.repeat(16), settings.limits)).toBeUndefined();
});

test('a stage sets its own length, for the warning and for the refusal', async () => {
  const own = settingsSchema.parse({ limits: { advisedNameLength: 30, maxNameLength: 31 } }).limits;
  expect(await create(long, own)).not.toHaveProperty('warnings');
  expect((await create('x'.repeat(31), own)).warnings).toHaveLength(1);
  expect(nameProblems('x'.repeat(32), own)).toEqual([
    { where: 'name', message: 'has 32 characters: use at most 31' },
  ]);
});

test('a session warns of its name until create was called, and a batch or music never', () => {
  const shown = (more: object) =>
    sessionAnswer(sessionOf({ sessionId: 's', session: more }), settings, false);
  expect(shown({ name: long }).warnings).toEqual([warning]);
  const { session } = sessionOf({ sessionId: 's', session: { name: long } });
  const called = { ...session, create: { ...session.create, fence: 'submitted' as const } };
  expect(warningsOf(called, settings)).toEqual([]);
  expect(warningsOf({ ...session, kind: 'batch' }, settings)).toEqual([]);
  expect(warningsOf({ ...session, kind: 'music' }, settings)).toEqual([]);
});
