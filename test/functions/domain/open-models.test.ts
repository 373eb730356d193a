import { describe, expect, test } from 'vitest';
import { findModel } from '../../../functions/api/create-generation/find-model.ts';
import { dialectProblems } from '../../../functions/domain/dialect-rules.ts';
import type { Model } from '../../../functions/domain/model.ts';
import { isMistypedId, isUnknownModel, modelNote } from '../../../functions/domain/music-rules.ts';
import { readTaskStatus } from '../../../functions/provider/task-status.ts';
import { testMoment } from '../../../test-support/session-records.ts';

const custom = 'chirp-custom:00000000-0000-4000-8000-000000000000';

describe("a name of the provider's own models", () => {
  test.each(['chirp-hawk', 'chirp-goose', 'chirp-v6', 'chirp-v6-wild', 'chirp-v6.1+', 'CHIRP-V7'])(
    '%s is in no list here: it is passed on in both dialects, with a note',
    async (model) => {
      expect(isUnknownModel(model)).toBe(true);
      expect(await findModel(model, 'ana', { models: { list: async () => [] } })).toEqual({ model });
      expect(dialectProblems({ model }, true)).toEqual([]);
      expect(dialectProblems({ model, dialect: 'relay' }, true)).toEqual([]);
      expect(dialectProblems({ model, persona: { dialect: 'relay' } }, true)).toEqual([]);
      expect(modelNote(model)).toContain(`${model} is in no list of models that is known here`);
    },
  );

  test.each(['chirp-v55', 'chirp-45+', 'chirp-v4-tau', 'chirp-crow'])(
    '%s is reported to be retired, and taken with a note that says so',
    (model) => {
      expect(modelNote(model)).toMatch(/reported to be retired since 2026-09-09.*chirp-hawk/);
    },
  );

  test.each([
    'chirp-custom:17',
    'chirp-custom',
    'chirp-',
    'chirp- v6',
    'chirp-v6/x',
    `chirp-${'x'.repeat(70)}`,
  ])('%s is no such name, and is refused as a mistyped id', async (model) => {
    expect(isUnknownModel(model)).toBe(false);
    expect(isMistypedId(model)).toBe(true);
    const found = await findModel(model, 'ana', { models: { list: async () => [] } });
    expect(found).toEqual({ problem: expect.stringContaining("is no model's id") });
  });

  test.each([custom, 'Night Drive', undefined])('%s is none, and needs no note', (model) => {
    expect(modelNote(model)).toBeUndefined();
  });

  test('is the name of a model of the caller, where there is one of that name', async () => {
    const own: Model = {
      ...{ modelId: custom, name: 'chirp-mine', owner: 'ana', sessionId: 's', files: [], credits: 106 },
      createdAt: testMoment,
    };
    const found = await findModel('chirp-mine', 'ana', { models: { list: async () => [own] } });
    expect(found).toEqual({ model: custom, modelName: 'chirp-mine' });
  });
});

describe('the base of a model that was trained', () => {
  const modelId = custom;
  const read = (data: unknown, status = 'success') =>
    readTaskStatus({ taskId: 't', status, data }, { taskId: 't', kind: 'training', secrets: [] });

  test.each([
    [{ id: modelId, base_model: 'chirp-hawk' }, 'chirp-hawk'],
    [{ id: modelId, baseModel: ' v6 ' }, 'v6'],
    [[{ model: { id: modelId, major_model_version: 'v6' } }], 'v6'],
    [{ id: modelId, modelVersion: '6.0', mv: 'chirp-custom' }, '6.0'],
  ])('is read from a field that likely names it: %o', (data, base) => {
    expect(read(data)).toMatchObject({ modelId, base });
  });

  test.each([
    [{ id: modelId }],
    [{ id: modelId, base: { name: 'v6' } }],
    [{ id: modelId, base_model: modelId }],
    [{ id: modelId, base_model: 'https://example.com/?secret' }],
    [{ id: modelId, mv: 'x'.repeat(61) }],
    [{ base_model: 'v6' }],
  ])('is not there where no such field holds a short name: %o', (data) => {
    expect(read(data)).not.toHaveProperty('base');
  });

  test('is not taken before success', () => {
    expect(read({ id: modelId, base_model: 'v6' }, 'running')).not.toHaveProperty('base');
  });
});
