import fc from 'fast-check';
import { startFromManifest } from '../../functions/event-handlers/start-from-manifest/start-from-manifest.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { fakeExecutions } from '../../test-support/fake-executions.ts';
import { fakeInbox } from '../../test-support/fake-inbox.ts';
import { hostileDocument, hostileText } from './hostile-values.ts';
import { insides } from './judge.ts';
import type { Target } from './target.ts';

interface HostileFolder {
  readonly folder: string;
  readonly files: readonly string[];
  readonly manifest: Buffer;
}

const songs = Array.from({ length: 6 }, (_, index) => `${index + 1}.mp3`);
const manifest = { name: 'Fuzz', audio: songs, minClips: 6, skipInvalid: false, review: true };
const fileName = hostileText.filter((text) => text !== '' && !text.includes('/'));

/** A manifest in the inbox: it starts one execution, or one report and one event say why not. */
export const manifestTarget: Target<HostileFolder> = {
  name: 'the manifest',
  input: fc.record({
    folder: fileName,
    files: fc.oneof(
      fc.constant(songs),
      fc.uniqueArray(fc.oneof(fc.constantFrom(...songs), fileName), { maxLength: 30 }),
    ),
    manifest: hostileDocument([
      manifest,
      { name: 'All of it' },
      { kind: 'batch', name: 'Voices', audio: songs },
    ]),
  }),
  async play({ folder, files, manifest }) {
    const box = fakeInbox();
    const machine = fakeExecutions();
    const told: unknown[] = [];
    const key = `inbox/${folder}/manifest.json`;
    for (const file of files) box.put(`inbox/${folder}/${file}`, 'bytes');
    box.put(key, manifest);
    const { verdict } = await startFromManifest(
      { detail: { object: { key } } },
      {
        inbox: box.inbox,
        lists: box.lists,
        bucket: 'audio',
        executions: machine.executions,
        bus: { put: async (_, detail) => void told.push(detail) },
        settings: { ...defaultSettings, rightsQuestion: false },
        owner: 'studio',
        now: () => '2026-11-21T03:00:00.000Z',
        sleep: async () => {},
      },
    );
    const report = JSON.stringify(box.json(`inbox/${folder}/manifest.error.json`) ?? null);
    const started = machine.started.length;
    const isSaid = report !== 'null' && told.length === 1;
    return [
      ...(verdict === 'started' && !(started === 1 && told.length === 0) ? ['it started, and not once'] : []),
      ...(verdict === 'refused' && !(started === 0 && isSaid) ? ['it was refused without a word'] : []),
      ...(verdict === 'none' ? ['nothing came of it'] : []),
      ...(report.length > 100_000 ? ['its report is longer than an event may be'] : []),
      ...(insides.test(report) ? ['its report shows the program'] : []),
    ];
  },
};
