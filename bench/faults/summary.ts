import { machineNames } from '../../simulation/harness/machine.ts';
import type { Report } from '../../simulation/simulate.ts';

/** Statuses that a session had when everything had happened, in the order of the columns. */
const columns = [
  'ready',
  'review',
  'failed',
  'needs-decision',
  'cancelled',
  'interrupted',
  'abandoned',
  'deleting',
  'refused',
  'other',
] as const;

interface Row {
  readonly what: string;
  runs: number;
  readonly ended: Record<(typeof columns)[number], number>;
  finallyReady: number;
  finallyAbandoned: number;
  finallyDeleted: number;
}

/**
 * By machine, what happened and how sessions stood after it, one line for each kind of fault. A run with several counts in
 * several lines. `went on to` is the end of the run when it continues without faults.
 */
export function summarize(reports: readonly Report[]): string {
  const machines = machineNames.filter((name) => reports.some(({ machine }) => machine === name));
  return machines
    .map((name) => [name, ofMachine(reports.filter(({ machine }) => machine === name))].join('\n'))
    .join('\n\n');
}

function ofMachine(reports: readonly Report[]): string {
  const rows = new Map<string, Row>();
  const all = emptyRow('all runs');
  let faults = 0;
  for (const report of reports) {
    const happened = report.happened.filter((what) => what !== 'a person: start');
    faults += happened.length;
    const kinds = new Set(happened);
    for (const what of kinds.size === 0 ? ['nothing'] : kinds) {
      const row = rows.get(what) ?? emptyRow(what);
      rows.set(what, row);
      add(row, report);
    }
    add(all, report);
  }
  const sorted = [...rows.values()].sort((a, b) => (a.what < b.what ? -1 : 1));
  const perRun = (faults / reports.length).toFixed(1);
  return [
    table([...sorted, all]),
    `${reports.length} runs, ${faults} faults, kills and persons' wishes in them, ${perRun} each`,
  ].join('\n');
}

const emptyRow = (what: string): Row => ({
  what,
  runs: 0,
  ended: {
    ready: 0,
    review: 0,
    failed: 0,
    'needs-decision': 0,
    cancelled: 0,
    interrupted: 0,
    abandoned: 0,
    deleting: 0,
    refused: 0,
    other: 0,
  },
  finallyReady: 0,
  finallyAbandoned: 0,
  finallyDeleted: 0,
});

function add(row: Row, { ended, final }: Report): void {
  row.runs++;
  row.ended[columns.find((column) => column === (ended?.status ?? 'refused')) ?? 'other']++;
  if (final?.status === 'ready') row.finallyReady++;
  if (final?.status === 'abandoned') row.finallyAbandoned++;
  if (final?.status === 'deleting') row.finallyDeleted++;
}

function table(rows: readonly Row[]): string {
  const head = ['what happened', 'runs', ...columns, '→ ready', '→ abandoned', '→ deleted'];
  const cells = rows.map((row) => [
    row.what,
    row.runs,
    ...columns.map((column) => row.ended[column]),
    row.finallyReady,
    row.finallyAbandoned,
    row.finallyDeleted,
  ]);
  const lines = [head, ...cells].map((line) => line.map(String));
  const widths = head.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join('  '),
    )
    .join('\n');
}
