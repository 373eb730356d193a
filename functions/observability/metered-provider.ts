import type { Intake, MusicProvider, ProviderCall, TrainingProvider } from '../provider/provider.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import type { Measurement } from './metrics.ts';

type Measure = (measurement: Measurement) => void;

/** Counts a call by its result. The question for the account's credits is not counted: it belongs to no session. */
async function counted<T>(measure: Measure, call: ProviderCall, answer: Promise<T>): Promise<T> {
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
}

// Each call by its name, without a spread: a new one would else go uncounted.

/** The provider, with its calls counted. */
export function meteredIntake(provider: Intake, measure: Measure): Intake {
  return {
    readKey: (how) => provider.readKey(how),
    credits: () => provider.credits(),
    prepare: () => counted(measure, 'prepare', provider.prepare()),
    upload: (request) => counted(measure, 'upload', provider.upload(request)),
    openBatch: () => counted(measure, 'openBatch', provider.openBatch()),
    addToBatch: (request) => counted(measure, 'addToBatch', provider.addToBatch(request)),
  };
}

/** The provider, with its calls counted. */
export function meteredTraining(provider: TrainingProvider, measure: Measure): TrainingProvider {
  return {
    ...meteredIntake(provider, measure),
    create: (request) => counted(measure, 'create', provider.create(request)),
    status: (taskId, kind) => counted(measure, 'status', provider.status(taskId, kind)),
  };
}

/** The provider, with its calls counted. */
export function meteredMusic(provider: MusicProvider, measure: Measure): MusicProvider {
  return {
    readKey: (how) => provider.readKey(how),
    credits: () => provider.credits(),
    generate: (request) => counted(measure, 'generate', provider.generate(request)),
    persona: (request) => counted(measure, 'persona', provider.persona(request)),
    status: (taskId, kind) => counted(measure, 'status', provider.status(taskId, kind)),
  };
}
