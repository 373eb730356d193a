import type { Provider, ProviderCall } from '../provider/provider.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import type { Measurement } from './metrics.ts';

/** The provider, each call counted by what came of it; asking for the account's credits is none of a session's. */
export function meteredProvider(provider: Provider, measure: (measurement: Measurement) => void): Provider {
  const counted = async <T>(call: ProviderCall, answer: Promise<T>): Promise<T> => {
    const count = (result: string) =>
      measure({ name: 'ProviderCalls', value: 1, dimensions: { call, result } });
    try {
      const given = await answer;
      count('ok');
      return given;
    } catch (error) {
      count(toChirpsmithError(error).name);
      throw error;
    }
  };
  // Each call by its name, without a spread: one that is new would else go uncounted.
  return {
    dialect: provider.dialect,
    readKey: (how) => provider.readKey(how),
    prepare: () => counted('prepare', provider.prepare()),
    upload: (request) => counted('upload', provider.upload(request)),
    create: (request) => counted('create', provider.create(request)),
    openBatch: () => counted('openBatch', provider.openBatch()),
    addToBatch: (request) => counted('addToBatch', provider.addToBatch(request)),
    status: (taskId) => counted('status', provider.status(taskId)),
    generate: (request) => counted('generate', provider.generate(request)),
    persona: (request) => counted('persona', provider.persona(request)),
    credits: () => provider.credits(),
  };
}
