import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startFromManifest } from '../../../functions/event-handlers/start-from-manifest/start-from-manifest.ts';
import { anyCodePoint } from '../../../test-support/any-code-point.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { fakeInbox } from '../../../test-support/fake-inbox.ts';
import { settings, testMoment } from '../../../test-support/session-records.ts';

const name = fc.oneof(
  fc.string({ unit: anyCodePoint }),
  fc.constantFrom('1.mp3', '__proto__', 'é', 'manifest.json'),
);
const almost = fc.record(
  {
    kind: fc.constantFrom('train', 'batch', 'music'),
    name: fc.oneof(name, fc.jsonValue()),
    audio: fc.oneof(fc.array(name, { maxLength: 60 }), fc.jsonValue()),
    minClips: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
    skipInvalid: fc.oneof(fc.boolean(), fc.jsonValue()),
    review: fc.oneof(fc.boolean(), fc.jsonValue()),
    owner: fc.string(),
  },
  { requiredKeys: ['name'] },
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.oneof(almost, fc.jsonValue({ maxDepth: 8 })).map((value) => Buffer.from(JSON.stringify(value))),
);
const fileName = name.filter((text) => text !== '' && !text.includes('/'));

it('every manifest starts, or a report says why not, with any names and contents', async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fileName,
      fc.uniqueArray(fileName, { maxLength: 30 }),
      async (content, folder, files) => {
        const box = fakeInbox();
        const machine = fakeExecutions();
        const told: unknown[] = [];
        for (const file of files) box.put(`inbox/${folder}/${file}`, 'bytes');
        const key = `inbox/${folder}/manifest.json`;
        box.put(key, content);
        const outcome = await startFromManifest(
          { detail: { object: { key } } },
          {
            inbox: box.inbox,
            lists: box.lists,
            bucket: 'audio',
            executions: machine.executions,
            bus: { put: async (_, detail) => void told.push(detail) },
            settings,
            owner: 'studio',
            now: () => testMoment,
            sleep: async () => {},
          },
        );
        const report = box.json(`inbox/${folder}/manifest.error.json`);
        if (outcome.verdict === 'started') {
          expect({ started: machine.started.length, report, told }).toEqual({
            started: 1,
            report: undefined,
            told: [],
          });
        } else {
          expect(outcome.verdict).toBe('refused');
          expect({ started: machine.started, told: told.length }).toEqual({ started: [], told: 1 });
          const problem = { where: expect.stringMatching(/./s), message: expect.stringMatching(/./s) };
          expect(report).toMatchObject({ manifest: key, problems: expect.arrayContaining([problem]) });
          // What an event may hold, by far.
          expect(JSON.stringify(report).length).toBeLessThan(100_000);
        }
      },
    ),
    { numRuns: 500 },
  );
});
