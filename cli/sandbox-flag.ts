import type { Problem } from '../functions/shared/errors.ts';
import { habitsVariable } from '../local/index.ts';

/**
 * Puts `--realistic` into its variable, so that the stack that is started gets it, and so do the commands that are
 * printed.
 * @returns what is wrong with it in `problems`
 */
export function withSandboxFlag(
  { realistic }: { readonly realistic?: boolean },
  env: NodeJS.ProcessEnv,
  stage: string | undefined,
): { env: NodeJS.ProcessEnv; problems: readonly Problem[] } {
  if (!realistic) return { env, problems: [] };
  const about = 'It is about the sandbox of this machine';
  const others = [
    ...(stage === undefined ? [] : [`${about}: leave it out with a stage.`]),
    ...(env.PROVIDER_BASE_URL
      ? [`${about}, and PROVIDER_BASE_URL names another provider: use one of both.`]
      : []),
  ];
  return {
    env: { ...env, [habitsVariable]: 'realistic' },
    problems: others.map((message) => ({ where: '--realistic', message })),
  };
}
