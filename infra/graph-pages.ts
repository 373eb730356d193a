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
  // The graph needs no code, and the CDK needs seconds to bundle it.
  const app = buildApp({ ...config, stage: 'local' }, { context: { 'aws:cdk:bundling-stacks': [] } });
  return drawGraph(definitionsOf(app).get('chirpsmith-local-train-model'));
}
