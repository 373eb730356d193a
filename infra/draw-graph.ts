import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withGraph } from './graph.ts';
import { currentGraph, pagesWithGraph } from './graph-pages.ts';

// npm run graph: brings the pictures of the machine up to what is synthesized now.
const graph = currentGraph();
for (const page of pagesWithGraph.filter((path) => existsSync(path))) {
  const before = readFileSync(page, 'utf8');
  const after = withGraph(before, graph);
  if (after === before) continue;
  writeFileSync(page, after);
  console.log(`${page}: graph redrawn`);
}
