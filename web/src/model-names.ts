import { signal } from '@preact/signals';
import type { ModelListAnswer } from '../../functions/api/contract/music.ts';
import { ask } from './api.ts';

const names = signal<ReadonlyMap<string, string>>(new Map());
let asked = false;

/** By what a person calls them: music that was asked for by an id has nothing else. */
export function keepModelNames(models: ModelListAnswer['models']): void {
  names.value = new Map(models.map(({ modelId, name }) => [modelId, name]));
}

/** The name of a model of one's own, where it is known; else what it is called in the record. */
export function modelNameOf({ model, modelName }: { model: string; modelName?: string | undefined }): string {
  if (modelName !== undefined) return modelName;
  if (!asked && names.value.size === 0) {
    asked = true;
    // Where it does not come, the ids are shown.
    void ask<ModelListAnswer>('GET', '/models').then(
      ({ body }) => keepModelNames(body.models),
      () => undefined,
    );
  }
  return names.value.get(model) ?? model;
}
