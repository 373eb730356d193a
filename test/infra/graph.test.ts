import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { drawGraph, hasGraph, withGraph } from '../../infra/graph.ts';
import { currentGraphs, currentLayouts, machinesFile, pagesWithGraph } from '../../infra/graph-pages.ts';

describe('the picture of a machine', () => {
  test('shows states by their titles, a Map as a box, and the errors of many states as one dotted line', () => {
    const task = { Type: 'Task', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Stop' }] };
    const graph = drawGraph({
      StartAt: 'One "first"',
      States: {
        'One "first"': { ...task, Next: 'Each' },
        Each: {
          Type: 'Map',
          Next: 'Well?',
          MaxConcurrency: 2,
          ItemProcessor: { StartAt: 'Do it', States: { 'Do it': { Type: 'Task', End: true } } },
        },
        'Well?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.verdict', StringEquals: 'yes', Next: 'Two' }],
          Default: 'One "first"',
        },
        Two: { ...task, Next: 'Done' },
        Done: { Type: 'Succeed' },
        Stop: { Type: 'Fail' },
      },
    });
    expect(graph).toBe(
      [
        'flowchart TD',
        '  oneFirst["One #quot;first#quot;"]',
        '  subgraph each["Each: one branch each, 2 at a time"]',
        '    doIt["Do it"]',
        '  end',
        '  well{"Well?"}',
        '  two["Two"]',
        '  done(["Done"])',
        '  stop(["Stop"])',
        '  oneFirst --> each --> well',
        '  well -->|"yes"| two',
        '  well -->|"otherwise"| oneFirst',
        '  two --> done',
        '  oneFirst & two -. error .-> stop',
      ].join('\n'),
    );
  });

  test('says of a Distributed Map that each item is an execution of its own', () => {
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Do it',
      States: { 'Do it': { Type: 'Task', End: true } },
    };
    const graph = drawGraph({
      StartAt: 'Each',
      States: { Each: { Type: 'Map', End: true, MaxConcurrency: 20, ItemProcessor } },
    });
    expect(graph).toContain('subgraph each["Each: an execution each, 20 at a time"]');
    const slices = drawGraph({
      StartAt: 'Each',
      States: { Each: { Type: 'Map', End: true, ItemBatcher: { MaxItemsPerBatch: 9 }, ItemProcessor } },
    });
    expect(slices).toContain('subgraph each["Each: slices of up to 9, an execution each"]');
  });

  test('takes the place between the markers, and no other', () => {
    const page = 'Before\n<!-- graph:start -->\nold\n<!-- graph:end -->\nAfter\n';
    const drawn = 'Before\n<!-- graph:start -->\n```mermaid\nflowchart $1\n```\n<!-- graph:end -->\nAfter\n';
    expect(withGraph(page, 'flowchart $1')).toBe(drawn);
    expect(withGraph(drawn, 'flowchart $1')).toBe(drawn);
    expect(withGraph('no markers', 'flowchart TD')).toBe('no markers');
  });
});

describe('the pages', () => {
  const pages = pagesWithGraph.filter(({ page }) => existsSync(page) && hasGraph(readFileSync(page, 'utf8')));
  const graphs = currentGraphs();

  test.each(pages)('$page shows $machine as it is now (else: npm run graph)', ({ page: path, machine }) => {
    const page = readFileSync(path, 'utf8');
    expect(page).toBe(withGraph(page, graphs.get(machine) ?? ''));
  });

  test('show each machine somewhere', () => {
    expect(new Set(pages.map(({ machine }) => machine))).toEqual(new Set(graphs.keys()));
  });
});

test('the page draws the machines that are synthesized now (npm run graph)', () => {
  expect(readFileSync(machinesFile, 'utf8')).toBe(currentLayouts());
});
