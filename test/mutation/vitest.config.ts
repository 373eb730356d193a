import { defineConfig } from 'vitest/config';

/** Mutants live in the source, so only tests that import it can kill them: not those that run bundles. */
export default defineConfig({
  test: {
    // It starts the linter, which leaves out what is under node_modules; the copy that is mutated is there.
    exclude: ['test/functions/shared/printable.test.ts'],
    include: ['test/functions/**/*.test.ts'],
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
