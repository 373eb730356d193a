import { type ModelStore, nearlyFull } from '../../domain/model.ts';
import { elsewhere, type Here } from '../../domain/provider-origin.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ModelListAnswer } from '../contract/music.ts';

/**
 * `GET /models`: the caller's models, newest first, and how many the account holds, where its limit is configured. Those
 * of another provider take no place there.
 */
export async function listModels(
  subject: string,
  {
    models,
    settings,
    here,
  }: { readonly models: Pick<ModelStore, 'list'>; readonly settings: Settings; readonly here: Here },
): Promise<ModelListAnswer> {
  const found = await models.list(subject);
  const used = found.filter(({ provider }) => elsewhere('', provider, here) === undefined).length;
  const limit = settings.limits.models;
  const warning = nearlyFull(used, limit);
  return {
    models: found.map(({ owner: _owner, ...model }) => model),
    ...(limit === undefined ? {} : { slots: { used, limit } }),
    ...(warning === undefined ? {} : { warning }),
  };
}
