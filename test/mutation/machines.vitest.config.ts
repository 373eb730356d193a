import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/mutation/machines.ts'],
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
