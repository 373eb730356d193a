import { ChirpsmithError, type Problem } from '../../functions/shared/errors.ts';
import { createAudioLinks } from '../../functions/storage/audio-links.ts';
import { type ChosenWay, chosenWay, missingWay, nameOfWay } from '../../local/index.ts';
import { type Finding, failed, fine, warning } from './finding.ts';
import { homeOf, runningStack } from './machine-checks.ts';
import type { DoctorWorld } from './world.ts';

/** Can the provider fetch the audio of a session of this machine? A probe goes the way that is chosen. */
export async function audio(
  world: DoctorWorld,
  firstPort: number | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  const { env } = world;
  try {
    const chosen = chosenWay(env);
    if (chosen.kind === 'not needed') {
      const here = env.PROVIDER_BASE_URL ? 'The provider is on this machine and' : 'The sandbox';
      return fine(`${here} fetches it here.`);
    }
    if (chosen.kind === 'missing') {
      const { summary, problems } = missingWay(env.PROVIDER_BASE_URL ?? '');
      return refused(summary, problems);
    }
    return await tried(chosen, world, { firstPort, signal });
  } catch (error) {
    if (error instanceof ChirpsmithError) return refused(error.summary, error.problems);
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      const words = 'The line Ports says by whom.';
      return warning('It could not be tried: the port of the public door is taken.', { words });
    }
    throw error;
  }
}

async function tried(
  chosen: Extract<ChosenWay, { kind: 'tunnel' | 'bucket' }>,
  world: DoctorWorld,
  { firstPort, signal }: { firstPort: number | undefined; signal: AbortSignal },
): Promise<Finding> {
  const name = nameOfWay(chosen);
  const home = homeOf(world);
  if (typeof home !== 'string') return warning(`By ${name}; not tried, for the home cannot be named.`);
  const running = runningStack(world, home);
  if (running?.audio?.name === name) {
    await createAudioLinks({ url: running.audio.links, fetch: world.fetch }).check();
    return fine(`A probe came back from ${name}.`);
  }
  if (running) {
    return warning(`By ${name}, but the stack that runs has ${running.audio?.name ?? 'no such way'}.`, {
      words: 'To end it; sessions and files are kept:',
      command: 'npx chirpsmith stop',
    });
  }
  const { env } = world;
  const provider = env.PROVIDER_BASE_URL || 'http://127.0.0.1';
  const problem = await world.tryWay({ chosen, env, home, provider, firstPort, signal, fetch: world.fetch });
  return problem ? refused(problem.summary, problem.problems) : fine(`A probe came back from ${name}.`);
}

const refused = (summary: string, problems: readonly Problem[]) =>
  failed(summary, ...problems.map(({ where, message }) => ({ words: `${where}: ${message}` })));
