import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { chosenWay, missingWay, nameOfWay } from '../../local/index.ts';
import { type Finding, failed, fine, warning } from './finding.ts';
import type { DoctorWorld } from './world.ts';

/** Can the provider fetch the audio of a session of this machine? */
export async function audio({ env }: DoctorWorld): Promise<Finding> {
  const { PROVIDER_BASE_URL: provider } = env;
  try {
    const chosen = chosenWay(env);
    if (chosen.kind === 'not needed') {
      return fine(
        provider ? 'The provider is on this machine and fetches it here.' : 'The sandbox fetches it here.',
      );
    }
    if (chosen.kind !== 'missing') return warning(`By ${nameOfWay(chosen)}; not tried, for no stack runs.`);
    const { summary, problems } = missingWay(provider ?? '');
    return failed(summary, ...problems.map(({ where, message }) => ({ words: `${where}: ${message}` })));
  } catch (error) {
    if (!(error instanceof ChirpsmithError)) throw error;
    return failed(error.problems.map(({ where, message }) => `${where}: ${message}`).join(' '));
  }
}
