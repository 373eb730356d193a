import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definitionsOf } from './asl-definitions.ts';
import { buildApp } from './chirpsmith-app.ts';
import { readConfig } from './config.ts';
import { drawGraph } from './graph.ts';

/** Pages that show a machine, between `<!-- graph:start -->` and `<!-- graph:end -->`. */
export const pagesWithGraph: readonly { readonly page: string; readonly machine: string }[] = [
  { page: 'README.md', machine: 'train-model' },
  { page: 'docs/architecture.md', machine: 'train-model' },
  { page: 'docs/batch.md', machine: 'upload-batch' },
  { page: 'docs/music.md', machine: 'generate-music' },
].map(({ page, machine }) => ({ page: fileURLToPath(new URL(`../${page}`, import.meta.url)), machine }));

/** The graphs of the machines by their names, as they are synthesized with nothing configured. */
export function currentGraphs(): ReadonlyMap<string, string> {
  const config = readConfig({ context: (name) => (name === 'stage' ? 'local' : undefined), environment: {} });
  const outdir = mkdtempSync(join(tmpdir(), 'chirpsmith-graph-'));
  try {
    // The graph needs no code, and the CDK needs seconds to bundle it.
    const context = { 'aws:cdk:bundling-stacks': [] };
    const app = buildApp(config, { outdir, context });
    return new Map(
      [...definitionsOf(app)].map(([name, definition]) => [
        name.replace('chirpsmith-local-', ''),
        drawGraph(definition),
      ]),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
