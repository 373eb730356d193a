import { defineConfig } from 'vitest/config';

/** Mutants live in the source, so only tests that import it can kill them: not those that run bundles. */
export default defineConfig({
  test: {
    include: ['test/functions/**/*.test.ts'],
    // It reads the stores' expressions in their source, which is instrumented here.
    exclude: ['test/functions/storage/both-tables.test.ts'],
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
