import { describe, expect, it } from 'vitest';
import { holderOf } from '../../../functions/provider/answer.ts';
import type { TaskKind } from '../../../functions/provider/provider.ts';
import { readTaskStatus } from '../../../functions/provider/task-status.ts';
import { modelId } from './mountsea-client.ts';

const readAs = <Kind extends TaskKind>(kind: Kind, answer: unknown, secrets: readonly string[] = []) =>
  readTaskStatus(answer, { taskId: 't', kind, secrets });
const read = (answer: unknown, secrets?: readonly string[]) => readAs('upload', answer, secrets);
const success = <Kind extends TaskKind>(kind: Kind, data: unknown) =>
  readAs(kind, { taskId: 't', status: 'success', data });
const plain = { taskId: 't', phase: 'succeeded', status: 'success' };

describe('the object that has a field', () => {
  const named = { id: 1 };
  it.each([
    ['is the answer itself', named, named],
    ['is the answer itself before what it carries', { id: 1, data: { id: 2 } }, { id: 1, data: { id: 2 } }],
    ['is under `data`', { data: named, result: { id: 2 } }, named],
    ['is under `result`', { data: { other: 1 }, result: named }, named],
    ['is not a list under `data`', { data: [named], result: named }, named],
    ['is the answer where nothing has it', { data: null, result: 'id' }, { data: null, result: 'id' }],
    ['is no list', [named], [named]],
    ['is no text', 'id', 'id'],
    ['is not null', null, null],
  ])('%s', (_, answer, holder) => {
    expect(holderOf(answer, 'id')).toEqual(holder);
  });

  it('is not found by a field that a list has of itself', () => {
    expect(holderOf({ data: ['one'], result: { length: 1 } }, 'length')).toEqual({ length: 1 });
  });
});

describe('a status', () => {
  it.each([
    ['without a word', { taskId: 't' }],
    ['with an empty word', { taskId: 't', status: '' }],
    ['with a word of 101 characters', { taskId: 't', status: 'x'.repeat(101) }],
    ['of another task', { taskId: 'other', status: 'success' }],
    ['that is no object', 'success'],
  ])('%s cannot be read', (_, answer) => {
    expect(read(answer)).toBeUndefined();
  });

  it('has its word in small letters and without blanks', () => {
    expect(read({ taskId: 't', status: ' SUCCESS\n' })).toStrictEqual({ kind: 'upload', ...plain });
    expect(read({ taskId: 't', status: 'x'.repeat(100) })).toMatchObject({ phase: 'pending' });
  });

  it.each([
    [4001, 4001],
    ['4001', 4001],
    ['123456789', 123456789],
    ['1234567890', undefined],
    ['', undefined],
    ['E4001', undefined],
    ['4001a', undefined],
    [true, undefined],
  ])('has the code %j as %j', (failCode, code) => {
    expect(read({ taskId: 't', status: 'failed', failCode })).toStrictEqual({
      kind: 'upload',
      taskId: 't',
      phase: 'failed',
      status: 'failed',
      ...(code === undefined ? {} : { failCode: code }),
    });
  });

  it.each(['', ' ', 7, null])('has no reason when it says %j', (failReason) => {
    expect(read({ taskId: 't', status: 'failed', failReason })).not.toHaveProperty('failReason');
  });

  it('has its reason without secrets, and bounded', () => {
    const failReason = `no secret-key ${'x'.repeat(600)}`;
    const reason = read({ taskId: 't', status: 'failed', failReason }, ['secret-key'])?.failReason;
    expect(reason).toMatch(/^no \[removed\] x+…$/);
    expect(reason).toHaveLength(500);
  });
});

describe('the time that a task took', () => {
  const took = (createdAt: unknown, finishAt: unknown, status = 'success') =>
    read({ taskId: 't', status, createdAt, finishAt })?.tookSeconds;
  const [from, to] = ['2026-11-27T08:00:00.000Z', '2026-11-27T08:00:20.500Z'];

  it("is between the provider's own moments", () => {
    expect(took(from, to)).toBe(20.5);
    expect(took('2026-11-27T10:00:00+02:00', to)).toBe(20.5);
  });

  it.each([
    ['without a beginning', undefined, to],
    ['without an end', from, undefined],
    ['with an end before its beginning', to, from],
    ['with moments that are none', 'yesterday', 17],
  ])('is not known %s', (_, createdAt, finishAt) => {
    expect(took(createdAt, finishAt)).toBeUndefined();
  });

  it('is not known of a task that did not succeed', () => {
    expect(took(from, to, 'failed')).toBeUndefined();
  });
});

describe('a status in an envelope', () => {
  it('is read there, and a word for the time that has run out is a phase of its own', () => {
    expect(read({ code: 'ok', data: { taskId: 't', status: 'timeout' } })).toStrictEqual({
      kind: 'upload',
      taskId: 't',
      phase: 'timed-out',
      status: 'timeout',
    });
  });
});

describe('a clip', () => {
  it.each([
    ['in an object', { id: 'clip' }],
    ['in a list, after what is no object', [null, 'text', ['x'], { id: 'clip' }, { id: 'other' }]],
  ])('is found %s', (_, data) => {
    expect(success('upload', data)?.clipId).toBe('clip');
  });

  it.each([[{ id: '' }], [{ id: 'x'.repeat(201) }], [{ id: 7 }], [{ id: modelId }], ['clip'], [[]], [null]])(
    'is not in %j',
    (data) => {
      expect(success('upload', data)).not.toHaveProperty('clipId');
    },
  );

  it('may have an id of 200 characters, and no id counts before success', () => {
    const id = 'x'.repeat(200);
    expect(success('upload', { id })?.clipId).toBe(id);
    expect(read({ taskId: 't', status: 'stream', data: { id: 'clip' } })).toStrictEqual({
      kind: 'upload',
      taskId: 't',
      phase: 'pending',
      status: 'stream',
    });
  });
});

describe('a model id', () => {
  it.each([
    ['the result itself', modelId],
    ['in capital letters', modelId.toUpperCase()],
    ['in a list of ids', { ids: [modelId] }],
    ['deep in the result', { a: { b: { c: { d: { e: { f: [[{ modelId }]] } } } } } }],
    ['beside what is null', { id: null, other: null, modelId }],
  ])('is found as %s', (_, data) => {
    expect(success('training', data)?.modelId?.toLowerCase()).toBe(modelId);
  });

  it.each([`x${modelId}`, `${modelId}0`, modelId.slice(0, -1), modelId.replaceAll('-', '')])(
    'is not %s',
    (id) => {
      expect(success('training', { id })).not.toHaveProperty('modelId');
    },
  );

  it('is the one nearest to the top', () => {
    const other = modelId.replace('0', '1');
    expect(success('training', { id: { deeper: other }, below: modelId })?.modelId).toBe(modelId);
    expect(success('training', [{ id: 'x', base: { id: other } }, { model: modelId }])?.modelId).toBe(
      modelId,
    );
  });

  it('is looked for in the largest answer without delay, however its ids are nested', () => {
    const depth = 10_000;
    const nested: unknown = JSON.parse(`${'{"id":'.repeat(depth)}null${'}'.repeat(depth)}`);
    expect(success('training', nested)).not.toHaveProperty('modelId');
    expect(
      success(
        'training',
        Array.from({ length: 200_000 }, () => 1),
      ),
    ).not.toHaveProperty('modelId');
  });
});

describe('the clips of a batch', () => {
  it('are told in their order, none of them included', () => {
    expect(success('batch', { audioIds: ['b', 'a'] })).toStrictEqual({
      kind: 'batch',
      ...plain,
      audioIds: ['b', 'a'],
    });
    expect(success('batch', [{ audioIds: [] }])).toStrictEqual({ kind: 'batch', ...plain, audioIds: [] });
  });

  it.each([[{ audioIds: 'a' }], [{ audioIds: ['a', ''] }], ['a'], [null]])('are not in %j', (data) => {
    expect(success('batch', data)).not.toHaveProperty('audioIds');
  });
});

describe('the clips of music', () => {
  const data = [{ id: 'a', audio_url: 'https://cdn.example/a', status: 'streaming' }, { id: 'b' }];
  it('are those of a success, in their order', () => {
    expect(success('music', data)).toStrictEqual({
      kind: 'music',
      ...plain,
      clips: [{ clipId: 'a', audioUrl: 'https://cdn.example/a' }, { clipId: 'b' }],
    });
  });

  it('are not told before it', () => {
    expect(readAs('music', { taskId: 't', status: 'stream', data })).not.toHaveProperty('clips');
  });
});

describe('an id of a model', () => {
  it('does not count before success', () => {
    expect(readAs('training', { taskId: 't', status: 'running', data: { id: modelId } })).not.toHaveProperty(
      'modelId',
    );
  });
});

it('a result is read only for the kind of task that was asked about', () => {
  const data = { id: 'clip', model: modelId, audioIds: ['a'] };
  const resultOf = (kind: TaskKind) => {
    const { taskId: _t, phase: _p, status: _s, ...result } = success(kind, data) ?? { ...plain };
    return result;
  };
  expect(resultOf('upload')).toStrictEqual({ kind: 'upload', clipId: 'clip' });
  expect(resultOf('training')).toStrictEqual({ kind: 'training', modelId });
  expect(resultOf('batch')).toStrictEqual({ kind: 'batch', audioIds: ['a'] });
  expect(resultOf('music')).toStrictEqual({ kind: 'music', clips: [{ clipId: 'clip' }] });
  // @ts-expect-error The compiler knows it, too.
  expect(success('upload', data)?.modelId).toBeUndefined();
});
