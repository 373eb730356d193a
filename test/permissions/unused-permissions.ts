import { rmSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { unusedGrants } from '../../test-support/used-permissions.ts';

/**
 * Fails a run of all tests when an action that a template grants was used by no call in it: nothing needs it, or no test
 * shows what does. A run of some of the tests proves nothing, nor does one with a failure.
 */
export class UnusedPermissions implements Reporter {
  readonly #directory: string;
  #vitest: Vitest | undefined;

  /** @param directory what the processes of the tests recorded; it is removed at the end */
  constructor(directory: string) {
    this.#directory = directory;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly unknown[],
    reason: string,
  ): Promise<void> {
    const vitest = this.#vitest;
    if (!vitest) return;
    const all = await vitest.globTestSpecifications();
    const isWhole = modules.length === all.length && vitest.config.testNamePattern === undefined;
    const unused = isWhole && reason === 'passed' && errors.length === 0 ? unusedGrants(this.#directory) : [];
    rmSync(this.#directory, { recursive: true, force: true });
    if (unused.length === 0) return;
    process.exitCode = 1;
    vitest.logger.error(
      [
        'The templates grant these actions, and no call used them in the whole run. Take them out of infra/, or show',
        'by a test what needs them; what no test can show is listed in test-support/used-permissions.ts.',
        ...unused.map((one) => `  ${one}`),
      ].join('\n'),
    );
  }
}
