import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The page: static files for a bucket, with names that change with their contents. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Nothing here reads a file of variables.
  envDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    rolldownOptions: {
      input: fileURLToPath(new URL(process.env.PAGE_ENTRY ?? 'index.html', import.meta.url)),
    },
    target: 'es2024',
    // Links to files: what a policy without `unsafe-*` and `data:` lets a page load.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    emptyOutDir: true,
  },
});
