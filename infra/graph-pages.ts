import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definitionsOf } from './asl-definitions.ts';
import { buildApp } from './chirpsmith-app.ts';
import { readConfig } from './config.ts';
import { drawGraph } from './graph.ts';
import { layOut } from './machine-layout.ts';

/** Pages that show a machine, between `<!-- graph:start -->` and `<!-- graph:end -->`. */
export const pagesWithGraph: readonly { readonly page: string; readonly machine: string }[] = [
  { page: 'README.md', machine: 'train-model' },
  { page: 'docs/architecture.md', machine: 'train-model' },
  { page: 'docs/batch.md', machine: 'upload-batch' },
  { page: 'docs/music.md', machine: 'generate-music' },
].map(({ page, machine }) => ({ page: fileURLToPath(new URL(`../${page}`, import.meta.url)), machine }));

/** What the page draws the machines from. */
export const machinesFile = fileURLToPath(new URL('../web/src/machine/machines.json', import.meta.url));

/** The graphs of the machines by their names. */
export function currentGraphs(): ReadonlyMap<string, string> {
  return new Map([...currentDefinitions()].map(([name, definition]) => [name, drawGraph(definition)]));
}

/** The text of {@link machinesFile}, as it is to be now. */
export function currentLayouts(): string {
  const layouts = [...currentDefinitions()].map(([name, definition]) => [name, layOut(definition)]);
  return `${JSON.stringify(Object.fromEntries(layouts))}\n`;
}

let definitions: ReadonlyMap<string, unknown> | undefined;

/** The definitions of the machines by their names, as they are synthesized with nothing configured. */
function currentDefinitions(): ReadonlyMap<string, unknown> {
  definitions ??= synthesizedDefinitions();
  return definitions;
}

function synthesizedDefinitions(): ReadonlyMap<string, unknown> {
  const config = readConfig({ context: (name) => (name === 'stage' ? 'local' : undefined), environment: {} });
  const outdir = mkdtempSync(join(tmpdir(), 'chirpsmith-graph-'));
  try {
    // The graph needs no code, and the CDK needs seconds to bundle it.
    const context = { 'aws:cdk:bundling-stacks': [] };
    const app = buildApp(config, { outdir, context });
    return new Map(
      [...definitionsOf(app)].map(([name, definition]) => [
        name.replace('chirpsmith-local-', ''),
        definition,
      ]),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
