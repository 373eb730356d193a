import { mkdirSync, writeFileSync } from 'node:fs';
import { type LearningRow, observations, type PollerRow } from '../schedules/tables.ts';
import type { MeasuredMemory } from './measured.ts';
import { barPlot, linePlot } from './svg.ts';

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Time and calls of every poller, side by side; less is better in all three. */
export function pollersPlot(rows: readonly PollerRow[], tracks: number): string {
  const shown = rows.filter((row) => row.tracks === tracks);
  return barPlot(
    `${tracks} tracks: time lost and calls made; shorter is better`,
    [
      // One of them takes three times as long, and would leave no room to compare the others.
      { title: "beyond the provider's own time, mean", words: percent, most: 0.5 },
      { title: 'the same, 95 of 100 are below', words: percent, most: 0.85 },
      { title: 'status calls', words: (calls) => calls.toFixed(0) },
    ],
    shown.map(({ name, beyond, calls }) => ({
      name: shortened(name),
      values: [beyond.mean, beyond.p95, calls.mean],
      own: name.startsWith('Chirpsmith') && !name.includes('before'),
    })),
  );
}

/** Without what follows a colon or a comma, but for ours, where it is what matters. */
function shortened(name: string): string {
  if (name.startsWith("Google's")) return 'Google LRO: 5 s × 1.5, at most 45 s';
  if (name.startsWith("AWS SDK's")) return 'AWS waiter: 2 s to 120 s, doubling';
  return name.replace(', for lengths that are known', '');
}

/** How near learned schedules come to the best ones. */
export function learningPlot(rows: readonly LearningRow[]): string {
  const titles = ['by the defaults', ...observations.map((count) => `learned from ${count}`)];
  return barPlot(
    'Learned schedules: cost over that of the best schedule; shorter is better',
    titles.map((title) => ({ title, words: (over) => `${(100 * over).toFixed(0)} %`, most: 1 })),
    rows.map(({ lengths, defaults, learned }) => ({
      name: lengths.startsWith('80') ? '80 % 15 s, 20 % 90 s' : lengths,
      values: [defaults, ...learned].map((ratio) => ratio - 1),
      own: true,
    })),
  );
}

/** What the stack holds, session after session. */
export function memoryPlot({ inARow }: MeasuredMemory): string {
  const most = Math.max(...inARow.map(({ rssMegabytes }) => rssMegabytes));
  const top = 100 * Math.ceil((most + 60) / 100);
  const first = inARow[0]?.rssMegabytes ?? 0;
  return linePlot('Memory of the local stack, one session after the other', {
    x: { title: 'sessions so far', ticks: inARow.map(({ sessions }) => sessions) },
    y: { title: 'MB', ticks: Array.from({ length: top / 100 + 1 }, (_, index) => 100 * index) },
    lines: [
      {
        name: 'memory of the process',
        points: inARow.map((held) => [held.sessions, held.rssMegabytes] as const),
      },
      { name: 'of it, the heap', points: inARow.map((held) => [held.sessions, held.heapMegabytes] as const) },
    ],
    limit: { at: first + 60, name: '60 MB over the first 50' },
  });
}

/** Models a day that each quota lets through; more is better, and the shortest bar is what binds. */
export function capacityPlot(found: readonly (readonly [name: string, models: number])[]): string {
  const least = Math.min(...found.map(([, models]) => models));
  return barPlot(
    'Models of 24 tracks a day until a quota is used up; the shortest binds first',
    [
      {
        title: 'models a day, each step to the right is ten times as many',
        words: (models) => Math.round(models).toLocaleString('en-US'),
        logarithmic: 1000,
      },
    ],
    found.map(([name, models]) => ({ name, values: [models], own: models === least })),
  );
}

/** Writes a plot to docs/performance/. */
export function writePlot(name: string, svg: string): void {
  const folder = new URL('../../docs/performance/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.svg`, folder), svg);
}
