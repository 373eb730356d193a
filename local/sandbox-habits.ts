import { ChirpsmithError } from '../functions/shared/errors.ts';

/** In place of the flag `--realistic`. */
export const habitsVariable = 'CHIRPSMITH_SANDBOX';

/** How the sandbox behaves: as kindly as the provider's pages allow, or as providers are reported to behave. */
export type Habits = 'kind' | 'realistic';

/** @throws ChirpsmithError BadInput naming the variable */
export function chosenHabits(env: Readonly<Record<string, string | undefined>>): Habits {
  const given = (env[habitsVariable] ?? '').trim().toLowerCase();
  if (given === '' || given === 'kind') return 'kind';
  if (given === 'realistic') return given;
  throw new ChirpsmithError('BadInput', 'The sandbox cannot behave like this.', {
    problems: [{ where: habitsVariable, message: 'It is neither kind nor realistic.' }],
  });
}
