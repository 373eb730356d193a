import { audioFolder } from '../functions/domain/object-keys.ts';
import type { Inbox } from '../functions/event-handlers/start-from-manifest/inbox.ts';
import type { FileLists } from '../functions/storage/file-list.ts';
import { testMoment } from './session-records.ts';

/**
 * A bucket in memory. Every put makes a new version; `during` runs an action in between.
 * @param now the moment of a put, ISO
 */
export function fakeInbox(now: () => string = () => testMoment) {
  const objects = new Map<string, { versionId: string; at: string; bytes: Uint8Array }>();
  const calls: string[] = [];
  let versions = 0;
  const during = new Map<string | number, () => void | Promise<void>>();
  const happen = async (call: string) => {
    calls.push(call);
    for (const when of [call, calls.length]) {
      const action = during.get(when);
      during.delete(when);
      await action?.();
    }
  };
  const put = (key: string, content: string | Uint8Array | object) => {
    const isBytes = content instanceof Uint8Array;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    versions += 1;
    objects.set(key, {
      versionId: `v${versions}`,
      at: now(),
      bytes: isBytes ? content : new TextEncoder().encode(text),
    });
  };
  const inbox: Inbox = {
    async find(key) {
      const found = objects.has(key);
      await happen('find');
      return found;
    },
    async list(folder, most, after = '9999') {
      const names = [...objects.keys()]
        .filter((key) => key.startsWith(folder))
        .map((key) => key.slice(folder.length))
        .filter((name) => name !== '' && !name.includes('/'));
      const newer = names.filter((name) => (objects.get(folder + name)?.at ?? '') > after);
      await happen('list');
      return { names: names.slice(0, most), newer, more: names.length > most };
    },
    async read(key, longest) {
      await happen('read');
      const found = objects.get(key);
      return found && { ...found, bytes: found.bytes.length > longest ? undefined : found.bytes };
    },
    async write(key, json) {
      await happen('write');
      put(key, json);
    },
    async remove(key) {
      await happen('remove');
      objects.delete(key);
    },
  };
  const lists: FileLists = {
    async write(sessionId, list) {
      const key = `${audioFolder(sessionId)}files.${objects.size}.json`;
      put(key, list);
      return key;
    },
    read: async (key) => JSON.parse(new TextDecoder().decode(objects.get(key)?.bytes)),
  };
  return {
    inbox,
    lists,
    calls,
    put,
    remove: (key: string) => objects.delete(key),
    /** Does something at the next call of this kind, or at the so-manieth call, after what it has seen. */
    at: (call: 'find' | 'list' | 'read' | 'write' | 'remove' | number, action: () => void | Promise<void>) =>
      during.set(call, action),
    json(key: string): unknown {
      const found = objects.get(key);
      return found && JSON.parse(new TextDecoder().decode(found.bytes));
    },
  };
}
