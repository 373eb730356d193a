import { type ModelStore, nearlyFull } from '../../domain/model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ModelListAnswer } from '../contract/music.ts';

/** `GET /models`: the caller's models, newest first, and a warning when the account may soon hold no more. */
export async function listModels(
  subject: string,
  { models, settings }: { models: Pick<ModelStore, 'list'>; settings: Settings },
): Promise<ModelListAnswer> {
  const found = await models.list(subject);
  const warning = nearlyFull(found.length, settings.limits.models);
  return {
    models: found.map(({ owner: _owner, provider: _provider, ...model }) => model),
    ...(warning === undefined ? {} : { warning }),
  };
}
