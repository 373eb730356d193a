import { describe, expect, it } from 'vitest';
import { startFromManifest } from '../../../functions/event-handlers/start-from-manifest/start-from-manifest.ts';
import { fakeExecutions } from '../../../test-support/fake-executions.ts';
import { fakeInbox } from '../../../test-support/fake-inbox.ts';
import { settings, testMoment } from '../../../test-support/session-records.ts';

const folder = 'inbox/late/';
const manifest = { kind: 'batch', name: 'Late' };

/** A folder of the inbox, whose events are brought one by one. */
function scene() {
  const now = () => Date.parse(testMoment);
  const box = fakeInbox(() => testMoment);
  const machine = fakeExecutions({}, now);
  const deps = {
    inbox: box.inbox,
    lists: box.lists,
    bucket: 'audio',
    executions: machine.executions,
    bus: { put: async () => {} },
    settings,
    owner: 'studio',
    now: () => testMoment,
    sleep: async () => {},
  };
  const event = (name: string) => startFromManifest({ detail: { object: { key: folder + name } } }, deps);
  const put = (name: string) => box.put(folder + name, name === 'manifest.json' ? manifest : 'bytes');
  /** The files of the session that was started. */
  const inSession = (): string[] => {
    const [line = ''] = machine.started;
    const { list } = JSON.parse(line.slice(line.indexOf(' ')));
    return Object(box.json(list)).files;
  };
  const late = () => {
    const report = box.json(`${folder}manifest.late.json`);
    return report && Object(report).files.map(({ where }: { where: string }) => where);
  };
  const noted = () => Object(box.json(`${folder}manifest.started.json`)).starts[0].files;
  /** Works, and does something else at its so-manieth call of the bucket, or after it when it makes fewer. */
  const interrupted = async (work: () => Promise<unknown>, nth: number, action: () => Promise<void>) => {
    let isDone = false;
    const once = async () => {
      if (!isDone) {
        isDone = true;
        await action();
      }
    };
    box.at(box.calls.length + nth, once);
    await work();
    await once();
  };
  return { box, machine, event, put, inSession, late, noted, interrupted };
}

const audio = ['1.mp3', '2.mp3', '3.mp3'];

/** What is beside a manifest when nobody works on it any more: the session's files, and the others. */
function expectTruth({ machine, inSession, late, noted }: ReturnType<typeof scene>) {
  expect(machine.started).toHaveLength(1);
  const others = audio.filter((name) => !inSession().includes(name));
  expect(noted()).toEqual(inSession());
  expect(late()).toEqual(others.length === 0 ? undefined : others);
}

/** All orders of some things. */
function ordersOf<T>(things: readonly T[]): T[][] {
  if (things.length === 0) return [[]];
  return things.flatMap((one, index) => ordersOf(things.toSpliced(index, 1)).map((rest) => [one, ...rest]));
}

describe('what is written beside a manifest does not depend on the order of events', () => {
  it.each(ordersOf(['1.mp3', 'manifest.json', '2.mp3', '2.mp3']).map((order) => [order.join(', ')]))(
    'brought one after the other, some twice: %s',
    async (order) => {
      const it_ = scene();
      it_.put('1.mp3');
      it_.put('manifest.json');
      const [first = '', ...more] = order.split(', ');
      await it_.event(first);
      for (const name of ['2.mp3', '3.mp3']) it_.put(name);
      for (const name of [...more, '3.mp3']) await it_.event(name);
      expectTruth(it_);
      expect(it_.late()).toEqual(['2.mp3', '3.mp3']);
    },
  );

  /** Calls of the longest of these invocations, and more. */
  const moments = Array.from({ length: 25 }, (_, index) => index + 1);

  it.each(moments)(
    'audio and its event come while the start is at its call %d of the bucket',
    async (moment) => {
      const it_ = scene();
      it_.put('1.mp3');
      it_.put('manifest.json');
      const came = async () => {
        it_.put('2.mp3');
        await it_.event('2.mp3');
      };
      await it_.interrupted(() => it_.event('manifest.json'), moment, came);
      it_.put('3.mp3');
      await it_.event('3.mp3');
      expectTruth(it_);
    },
  );

  it.each(moments)('a second event starts it, too, at call %d of the first', async (moment) => {
    const it_ = scene();
    it_.put('1.mp3');
    it_.put('manifest.json');
    const second = async () => {
      await it_.event('manifest.json');
      for (const name of ['2.mp3', '3.mp3']) it_.put(name);
      await it_.event('3.mp3');
      await it_.event('2.mp3');
    };
    await it_.interrupted(() => it_.event('manifest.json'), moment, second);
    await it_.event('1.mp3');
    expectTruth(it_);
  });

  it.each(moments)('more audio comes while a report is at its call %d', async (moment) => {
    const it_ = scene();
    it_.put('1.mp3');
    it_.put('manifest.json');
    await it_.event('manifest.json');
    it_.put('2.mp3');
    const came = async () => {
      it_.put('3.mp3');
      await it_.event('3.mp3');
    };
    await it_.interrupted(() => it_.event('2.mp3'), moment, came);
    expectTruth(it_);
  });
});

describe('the files of a session', () => {
  it('are learned from its execution when the note of the start is gone', async () => {
    const it_ = scene();
    it_.put('1.mp3');
    it_.put('manifest.json');
    await it_.event('manifest.json');
    it_.box.remove(`${folder}manifest.started.json`);
    it_.put('2.mp3');
    it_.put('3.mp3');
    await it_.event('2.mp3');
    expectTruth(it_);
    expect(it_.late()).toEqual(['2.mp3', '3.mp3']);
  });
});
