import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withGraph } from './graph.ts';
import { currentGraphs, pagesWithGraph } from './graph-pages.ts';

// npm run graph: brings the pictures of the machines up to what is synthesized now.
const graphs = currentGraphs();
for (const { page, machine, name } of pagesWithGraph) {
  if (!existsSync(page)) continue;
  const before = readFileSync(page, 'utf8');
  const after = withGraph(before, graphs.get(machine) ?? '', name);
  if (after === before) continue;
  writeFileSync(page, after);
  console.log(`${page}: graph of ${machine} redrawn`);
}
