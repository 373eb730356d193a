import { beforeEach } from 'vitest';
import { startFromManifest } from '../../../functions/event-handlers/start-from-manifest/start-from-manifest.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { fakeInbox } from '../../../test-support/fake-inbox.ts';
import { settings, testMoment } from '../../../test-support/session-records.ts';

export const folder = 'inbox/Night Drive + café/';
export const manifest = `${folder}manifest.json`;
export const report = `${folder}manifest.error.json`;
export const late = `${folder}manifest.late.json`;
export const note = `${folder}manifest.started.json`;
export const day = 24 * 60 * 60 * 1000;
export const songs = ['1.mp3', '2.wav', '3 b.FLAC', '4+.ogg', '5 é.m4a', '6.mp3'];

interface Scene {
  box: ReturnType<typeof fakeInbox>;
  machine: ReturnType<typeof fakeExecutions>;
  told: Record<string, unknown>[];
  refusesEvents: boolean;
  /** Is the provider a paid one? */
  asksForRights: boolean;
  now: number;
  slept: number[];
  /** Happens during a wait. */
  meanwhile(): void | Promise<void>;
}

const newScene = (): Scene => ({
  box: fakeInbox(() => new Date(scene.now).toISOString()),
  machine: fakeExecutions({}, () => scene.now),
  told: [],
  refusesEvents: false,
  asksForRights: false,
  now: Date.parse(testMoment),
  slept: [],
  meanwhile: () => {},
});

/** The folder, the machine and the bus of a test. */
export const scene = newScene();
/** Gives each test of a file a new scene. */
export const newSceneForEach = () => beforeEach(() => void Object.assign(scene, newScene()));

export const event = (key: string) =>
  startFromManifest(
    { detail: { object: { key } } },
    {
      inbox: scene.box.inbox,
      lists: scene.box.lists,
      bucket: 'audio',
      executions: scene.machine.executions,
      bus: {
        async put(type, detail) {
          if (scene.refusesEvents) throw new ChirpsmithError('StorageUnavailable', 'not taken');
          scene.told.push({ type, ...detail });
        },
      },
      settings: { ...settings, rightsQuestion: scene.asksForRights },
      owner: 'studio',
      now: () => new Date(scene.now).toISOString(),
      sleep: async (seconds) => {
        scene.slept.push(seconds);
        scene.now += seconds * 1000;
        await scene.meanwhile();
      },
    },
  );

/** Puts a file there, and brings its event. */
export async function put(name: string, content: string | object = 'bytes') {
  scene.box.put(folder + name, content);
  return event(folder + name);
}
export const putSongs = async (names = songs) => {
  for (const name of names) await put(name);
};
export const started = () =>
  scene.machine.started.map((line) => JSON.parse(line.slice(line.indexOf(' '))) as unknown);
export const problems = () => (scene.box.json(report) as { problems?: unknown } | undefined)?.problems;
