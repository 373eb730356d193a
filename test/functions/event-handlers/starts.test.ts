import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../functions/event-handlers/start-from-manifest/manifest.ts';
import {
  noteStart,
  reportLate,
  type Start,
  startsOf,
} from '../../../functions/event-handlers/start-from-manifest/starts.ts';
import { fakeInbox } from '../../../test-support/fake-inbox.ts';
import { testMoment } from '../../../test-support/session-records.ts';

const folder = 'inbox/night/';
const late = `${folder}manifest.late.json`;
const note = `${folder}manifest.started.json`;
const manifest: Manifest = { kind: 'train', name: 'Night' };
const at = (seconds: number) => new Date(Date.parse(testMoment) + seconds * 1000).toISOString();
const startOf = (content: string, files?: string[]): Start => ({
  content,
  execution: `inbox-${content}`,
  startedAt: testMoment,
  manifestAt: testMoment,
  ...(files ? { files } : {}),
});

let now: string;
let box: ReturnType<typeof fakeInbox>;
beforeEach(() => {
  now = testMoment;
  box = fakeInbox(() => now);
});
const put = (name: string) => box.put(folder + name, 'bytes');
const noted = (start: Start, before: readonly Start[] = []) =>
  noteStart(folder, start, { inbox: box.inbox, before });
const written = () => box.calls.filter((call) => call === 'write').length;

describe('the note of what was started', () => {
  it('keeps the last hundred starts, newest last, and the files of the newest only', async () => {
    for (let index = 1; index <= 102; index++) {
      await noted(startOf(`c${index}`, ['1.mp3']), await startsOf(folder, box.inbox));
    }
    const starts = await startsOf(folder, box.inbox);
    expect(starts).toHaveLength(100);
    expect(starts[0]).toEqual(startOf('c3'));
    expect(starts.at(-2)).toEqual(startOf('c101'));
    expect(starts.at(-1)).toEqual(startOf('c102', ['1.mp3']));
  });

  it('has one entry for a content, which is the newest again when it is noted again', async () => {
    await noted(startOf('b'), [startOf('a'), startOf('b', ['1.mp3']), startOf('c')]);
    expect((await startsOf(folder, box.inbox)).map(({ content }) => content)).toEqual(['a', 'c', 'b']);
  });

  it('is none where there is none, or where it is not ours', async () => {
    expect(await startsOf(folder, box.inbox)).toEqual([]);
    expect(box.calls).toEqual(['find']);
    for (const other of ['notes of mine', { starts: [{ content: 'a' }] }, {}]) {
      box.put(note, other);
      expect(await startsOf(folder, box.inbox)).toEqual([]);
    }
    box.put(note, { starts: [] });
    box.at('find', () => void box.remove(note));
    expect(await startsOf(folder, box.inbox)).toEqual([]);
  });
});

describe('the report of late audio', () => {
  const report = (start: Start, { said = manifest, most = 3000 } = {}) =>
    reportLate(folder, { manifest: said, start, most }, { inbox: box.inbox, now: () => now });
  const files = () => Object(box.json(late)).files?.map(({ where }: { where: string }) => where);

  it('names what is in the folder and not in the session, whenever it came', async () => {
    for (const name of ['1.mp3', '2.mp3', 'cover.jpg']) put(name);
    await report(startOf('a', ['1.mp3']));
    expect(files()).toEqual(['2.mp3']);
  });

  it('of a manifest with a list names only listed files that were put there after the start', async () => {
    const said = { ...manifest, audio: ['1.mp3', '2.mp3'] };
    const start = startOf('a', ['1.mp3', '2.mp3']);
    for (const name of said.audio) put(name);
    now = at(60);
    for (const name of ['2.mp3', '3.mp3']) put(name);
    await report(start, { said });
    expect(files()).toEqual(['2.mp3']);
  });

  it('of a manifest with a list names no file beside it that was there, however its name is written', async () => {
    const [listed, other] = ['é.mp3', 'é.mp3'.normalize('NFD')];
    for (const name of [listed, other]) put(name);
    await report(startOf('a', [listed]), { said: { ...manifest, audio: [listed] } });
    expect(files()).toBeUndefined();
  });

  it('goes by the moments alone where the files of the session are not known any more', async () => {
    put('1.mp3');
    // The two clocks may differ by five seconds.
    now = at(5);
    put('2.mp3');
    await report(startOf('a'));
    expect(files()).toBeUndefined();
    now = at(6);
    put('3.mp3');
    await report(startOf('a'));
    expect(files()).toEqual(['3.mp3']);
  });

  it('names a hundred files at most', async () => {
    for (let index = 0; index < 120; index++) put(`${index}.mp3`);
    await report(startOf('a', []));
    expect(files()).toHaveLength(100);
  });

  it('lists no more of the folder than the limit', async () => {
    for (const name of ['1.mp3', '2.mp3', '3.mp3']) put(name);
    await report(startOf('a', []), { most: 2 });
    expect(files()).toEqual(['1.mp3', '2.mp3']);
  });

  it('is written once for the same files, and anew when one of them is gone', async () => {
    for (const name of ['1.mp3', '2.mp3']) put(name);
    for (let time = 1; time <= 2; time++) await report(startOf('a', []));
    expect(written()).toBe(1);
    box.remove(`${folder}1.mp3`);
    await report(startOf('a', []));
    expect(files()).toEqual(['2.mp3']);
  });

  it('is written over what is not ours', async () => {
    put('1.mp3');
    box.put(late, 'my own notes');
    await report(startOf('a', []));
    expect(files()).toEqual(['1.mp3']);
  });

  it('says that it was changed, so that what came meanwhile is looked for', async () => {
    put('1.mp3');
    box.at('write', () => put('2.mp3'));
    expect(await report(startOf('a', []))).toBe(true);
    expect(await report(startOf('a', []))).toBe(true);
    expect(files()).toEqual(['1.mp3', '2.mp3']);
    expect(await report(startOf('a', []))).toBe(false);
  });

  it('is written anew for another start, and deleted when nothing is late any more', async () => {
    put('1.mp3');
    await report(startOf('a', []));
    expect(await report(startOf('b', []))).toBe(true);
    expect(box.json(late)).toMatchObject({ execution: 'inbox-b' });
    expect(await report(startOf('c', ['1.mp3']))).toBe(true);
    expect(box.json(late)).toBeUndefined();
    expect(await report(startOf('c', ['1.mp3']))).toBe(false);
  });
});
