import type { Model, ModelStore } from '../../domain/model.ts';
import {
  isCustomModel,
  isMistypedId,
  isModelId,
  isUnknownModel,
  relaySongModels,
  stockModels,
  tauModels,
} from '../../domain/music-rules.ts';
import { elsewhere, type Here } from '../../domain/provider-origin.ts';

/** A model's id, where one was named. */
export type FoundModel = { model?: string; modelName?: string; warning?: string } | { problem: string };

/**
 * A model of the provider's own by its name, also by one that is in no list here; a custom one by its id or its name, which stands for the newest of that
 * name, and only of the owner's: another user's model is answered as one that does not exist.
 */
export async function findModel(
  wanted: string | undefined,
  owner: string,
  { models, here }: { readonly models: Pick<ModelStore, 'list'>; readonly here?: Here | undefined },
): Promise<FoundModel> {
  if (wanted === undefined) return {};
  if (isModelId(wanted) && !isCustomModel(wanted)) return { model: wanted };
  const all = await models.list(owner);
  if (isCustomModel(wanted)) {
    const own = all.find(({ modelId }) => modelId.toLowerCase() === wanted.toLowerCase());
    if (!own) return { problem: `is no model of yours: ${known(all)}` };
    const problem = here && elsewhere('', own.provider, here);
    return problem === undefined ? { model: own.modelId } : { problem };
  }
  const named = all.filter(({ name }) => name === wanted);
  const problems = new Map(named.map((one) => [one, here && elsewhere('', one.provider, here)]));
  const [newest, ...older] = named.filter((one) => problems.get(one) === undefined);
  if (!newest && named.length === 0 && isUnknownModel(wanted)) return { model: wanted };
  if (!newest) return { problem: problems.values().next().value ?? unknown(wanted, all) };
  const found = { model: newest.modelId, modelName: newest.name };
  if (older.length === 0) return found;
  const warning = `${older.length + 1} models are called "${wanted}"; the newest is used, made ${newest.createdAt}: ${newest.modelId}.`;
  return { ...found, warning };
}

function unknown(wanted: string, models: readonly Model[]): string {
  if (isMistypedId(wanted)) {
    const relays = [...tauModels, ...relaySongModels].join(', ');
    return `is no model's id: use chirp-custom:<uuid>, the name of a model of yours, one of ${stockModels.join(', ')}, or at the relay one of ${relays}`;
  }
  return `is "${wanted}", and no model of yours has this name: ${known(models)}`;
}

function known(models: readonly Model[]): string {
  const names = [...new Set(models.map(({ name }) => `"${name}"`))].slice(0, 10);
  return names.length > 0 ? `your models are ${names.join(', ')}` : 'you have no model yet';
}
