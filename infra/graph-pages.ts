import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from './chirpsmith-app.ts';
import { readConfig } from './config.ts';
import { definitionsOf } from './definitions.ts';
import { drawGraph } from './graph.ts';

/** Pages that show the machine, between `<!-- graph:start -->` and `<!-- graph:end -->`. */
export const pagesWithGraph: readonly string[] = ['README.md', 'docs/architecture.md'].map((page) =>
  fileURLToPath(new URL(`../${page}`, import.meta.url)),
);

/** The graph of `train-model` as it is synthesized with nothing configured. */
export function currentGraph(): string {
  const config = readConfig({ context: () => undefined, environment: {} });
  const outdir = mkdtempSync(join(tmpdir(), 'chirpsmith-graph-'));
  try {
    // The graph needs no code, and the CDK needs seconds to bundle it.
    const context = { 'aws:cdk:bundling-stacks': [] };
    const app = buildApp({ ...config, stage: 'local' }, { outdir, context });
    return drawGraph(definitionsOf(app).get('chirpsmith-local-train-model'));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
