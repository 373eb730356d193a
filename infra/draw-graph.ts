import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withGraph } from './graph.ts';
import { currentGraphs, currentLayouts, machinesFile, pagesWithGraph } from './graph-pages.ts';

// npm run graph: brings the pictures of the machines up to what is synthesized now.
const graphs = currentGraphs();
for (const { page, machine } of pagesWithGraph) {
  if (!existsSync(page)) continue;
  const before = readFileSync(page, 'utf8');
  const after = withGraph(before, graphs.get(machine) ?? '');
  if (after === before) continue;
  writeFileSync(page, after);
  console.log(`${page}: graph redrawn`);
}

writeFileSync(machinesFile, currentLayouts());
