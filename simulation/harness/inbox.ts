import { audioFolder } from '../../functions/domain/object-keys.ts';
import { sessionIdOf } from '../../functions/domain/session-id.ts';
import type { Inbox } from '../../functions/event-handlers/start-from-manifest/inbox.ts';
import { startFromManifest } from '../../functions/event-handlers/start-from-manifest/start-from-manifest.ts';
import type { FileList } from '../../functions/storage/file-list.ts';
import type { Content } from './audio-bucket.ts';
import { type Told, told } from './client.ts';
import { declaredFiles } from './files.ts';
import { type Person, personAt } from './person.ts';
import { subject } from './routes.ts';
import type { World } from './world.ts';

const folder = 'inbox/night-drive/';
/** A run is short: nothing in the inbox comes of age. */
const putAt = new Date(Date.UTC(2026, 0, 1)).toISOString();
const manifestKey = `${folder}manifest.json`;

/** Deliveries of an event before its service gives it up; it makes them at once here. */
const deliveries = 8;

/** The texts of the inbox with their versions, as S3 keeps them. */
export interface Texts {
  put(key: string, text: string): void;
  get(key: string): { readonly versionId: string; readonly text: string } | undefined;
  remove(key: string): void;
  keys(): string[];
}

export function createTexts(): Texts {
  const texts = new Map<string, { versionId: string; text: string }>();
  let versions = 0;
  return {
    put: (key, text) => void texts.set(key, { versionId: `t${++versions}`, text }),
    get: (key) => texts.get(key),
    remove: (key) => void texts.delete(key),
    keys: () => [...texts.keys()],
  };
}

/** The lists of batches, by their keys. */
export function createLists() {
  const lists = new Map<string, FileList>();
  return {
    async write(sessionId: string, list: FileList) {
      const key = `${audioFolder(sessionId)}files.${lists.size}.json`;
      lists.set(key, list);
      return key;
    },
    async read(key: string): Promise<FileList> {
      const list = lists.get(key);
      if (!list) throw new Error(`There is no list ${key}.`);
      return list;
    },
  };
}

function inboxOf(world: World): Inbox {
  const { bucket, texts, invocations } = world;
  const step = <T>(kind: 'read' | 'write', make: () => T): Promise<T> =>
    invocations.step({ kind, what: 'the inbox' }, async () => make());
  const names = () => [...bucket.keys(folder), ...texts.keys()].filter((key) => key.startsWith(folder));
  return {
    find: (key) => step('read', () => names().includes(key)),
    list: (prefix) =>
      step('read', () => ({
        names: names()
          .map((key) => key.slice(prefix.length))
          .sort(),
        newer: [],
        more: false,
      })),
    read: (key) =>
      step('read', () => {
        const found = texts.get(key);
        return (
          found && { versionId: found.versionId, at: putAt, bytes: new TextEncoder().encode(found.text) }
        );
      }),
    write: (key, json) => step('write', () => texts.put(key, JSON.stringify(json))),
    remove: (key) => step('write', () => texts.remove(key)),
  };
}

export interface Manifest {
  readonly kind?: 'batch';
  readonly skipInvalid?: boolean;
  readonly review?: boolean;
  readonly minClips?: number | undefined;
  /** Does it list its files? */
  readonly listed: boolean;
}

/** A person who puts files and a manifest into a folder of the inbox. */
export interface Sender extends Person {
  /** Puts the same manifest once more, as a client does that got no answer. */
  putAgain(): Promise<Told<unknown>>;
}

/**
 * A person who puts files into a folder of the inbox, and a manifest beside them. The session has an id of its
 * execution's; the person learns it from the list of their sessions.
 */
export function sender(
  world: World,
  contents: readonly (Content | 'copy')[],
  { listed, ...wishes }: Manifest,
): Sender {
  const files = declaredFiles(contents);
  const person = personAt(world, files.length);
  const { executions, settings, clock, bucket, texts, lists } = world;
  const inbox = inboxOf(world);
  const names = files.map((_, index) => `${String(index + 1).padStart(2, '0')}.wav`);

  const putManifest = () => {
    const text = JSON.stringify({ name: 'Night Drive', ...wishes, ...(listed ? { audio: names } : {}) });
    texts.put(manifestKey, text);
  };
  const deps = {
    ...{ inbox, lists, bucket: 'audio', executions, settings, owner: subject },
    bus: { put: async () => {} },
    now: () => new Date(clock.now()).toISOString(),
    sleep: (seconds: number) => clock.sleep(seconds * 1000),
  };
  const bring = async (key: string) => {
    for (let delivery = 1; ; delivery++) {
      const came = await told(world, { name: 'inbox' }, () =>
        startFromManifest({ detail: { object: { key } } }, deps),
      );
      if ('answer' in came || delivery >= deliveries) return came;
    }
  };
  const find = async () => {
    const { sessions } = await world.records.list(subject, { limit: 50 });
    const own = sessions.filter(({ sessionId }) => !world.past.has(sessionId)).at(-1);
    if (own) person.found(own.sessionId);
    return own !== undefined;
  };

  return {
    ...person,
    get sessionId() {
      return person.sessionId;
    },
    async open() {
      for (const [index, file] of files.entries()) bucket.put(`${folder}${names[index]}`, file);
      putManifest();
      return { answer: undefined };
    },
    async start() {
      if (person.sessionId !== '' || (await find())) return person.start();
      const came = await bring(manifestKey);
      if ('answer' in came && came.answer.verdict === 'started') {
        const kind = wishes.kind ?? 'train';
        person.found(sessionIdOf(executions.arnOf(came.answer.execution, kind)));
      }
      return came;
    },
    async putAgain() {
      putManifest();
      return bring(manifestKey);
    },
  };
}
