/** Plots as SVG of its own, readable on a light and on a dark page: it follows the reader's colour scheme. */

const style = `
  .card { fill: #ffffff; } text { fill: #24292f; font: 13px system-ui, sans-serif; }
  .title { font-weight: 600; font-size: 15px; } .small { fill: #57606a; font-size: 12px; }
  .grid { stroke: #d0d7de; } .other { fill: #9aa4af; } .best { fill: #0969da; } .limit { stroke: #cf222e; }
  .line { fill: none; stroke-width: 2.5; } .own { font-weight: 600; }
  .s0 { stroke: #0969da; } .s1 { stroke: #bf5b00; } .s2 { stroke: #1a7f37; } .s3 { stroke: #8250df; } .s4 { stroke: #a40e65; }
  .f0 { fill: #0969da; } .f1 { fill: #bf5b00; } .f2 { fill: #1a7f37; } .f3 { fill: #8250df; } .f4 { fill: #a40e65; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117; } text { fill: #e6edf3; } .small { fill: #9ea7b3; } .grid { stroke: #30363d; }
    .other { fill: #6e7681; } .best { fill: #4493f8; } .limit { stroke: #ff7b72; }
    .s0 { stroke: #4493f8; } .s1 { stroke: #f0883e; } .s2 { stroke: #3fb950; } .s3 { stroke: #ab7df8; } .s4 { stroke: #f778ba; }
    .f0 { fill: #4493f8; } .f1 { fill: #f0883e; } .f2 { fill: #3fb950; } .f3 { fill: #ab7df8; } .f4 { fill: #f778ba; }
  }`;

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const rounded = (value: number) => String(Math.round(value * 10) / 10);

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" ${more}>${escaped(words)}</text>`;
}

function drawing(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title><style>${style}</style>`,
    `<rect class="card" width="${width}" height="${height}" rx="6"/>`,
    text(16, 26, title, 'class="title"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** One row of bars, a value for each panel. */
export interface Bar {
  readonly name: string;
  readonly values: readonly number[];
  /** One of ours, which stands out. */
  readonly own?: boolean;
}

/** What a panel of bars shows; less is better. */
export interface Panel {
  readonly title: string;
  readonly words: (value: number) => string;
  /** Equal factors take equal room, from this value on. */
  readonly logarithmic?: number;
  /** Bars end here, those of larger values with an arrow; the largest value unless given. */
  readonly most?: number;
}

/** Bars beside each other in panels, a row for each name, with the values written behind them. */
export function barPlot(title: string, panels: readonly Panel[], bars: readonly Bar[]): string {
  const [names, row, top] = [330, 26, 66];
  const panelWidth = panels.length > 3 ? 190 : panels.length > 1 ? 260 : 560;
  const width = names + panels.length * panelWidth + 16;
  const height = top + bars.length * row + 14;
  const parts = panels.flatMap((panel, index) => {
    const left = names + index * panelWidth;
    const most = panel.most ?? Math.max(...bars.map(({ values }) => values[index] ?? 0));
    const from = panel.logarithmic;
    const axis = { title: panel.title, ticks: [from ?? 0, most], logarithmic: from !== undefined };
    const drawn = bars.map(({ values, own }, at) => {
      const value = values[index] ?? 0;
      const long = Math.max(1, placeOn(axis, value) * (panelWidth - 80));
      const y = top + at * row;
      return (
        `<rect class="${own ? 'best' : 'other'}" x="${left}" y="${y}" width="${rounded(long)}" height="${row - 9}" rx="2"/>` +
        text(
          left + long + 6,
          y + 13,
          `${value > most ? '→ ' : ''}${panel.words(value)}`,
          own ? 'class="own"' : '',
        )
      );
    });
    return [text(left, top - 12, panel.title, 'class="small"'), ...drawn];
  });
  const labels = bars.map(({ name, own }, at) =>
    text(names - 10, top + at * row + 13, name, `text-anchor="end"${own ? ' class="own"' : ''}`),
  );
  return drawing(width, height, title, [...parts, ...labels]);
}

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly title: string;
  readonly ticks: readonly number[];
  readonly words?: (value: number) => string;
  /** Equal factors take equal room. */
  readonly logarithmic?: boolean;
}

/** Where a value lies between the first and the last tick, from 0 to 1; beyond them it lies on the border. */
export function placeOn({ ticks, logarithmic }: Axis, value: number): number {
  const scale = logarithmic ? Math.log : (given: number) => given;
  const [from, to] = [scale(ticks[0] ?? 0), scale(ticks.at(-1) ?? 1)];
  return Math.min(1, Math.max(0, (scale(value) - from) / (to - from)));
}

/** Lines with their names at their ends. @param limit a horizontal line that should not be crossed */
export function linePlot(
  title: string,
  { x, y, lines, limit }: { x: Axis; y: Axis; lines: readonly Line[]; limit?: { at: number; name: string } },
): string {
  const [width, height, left, right, top, bottom] = [860, 360, 64, 250, 56, 50];
  const atX = (value: number) => left + placeOn(x, value) * (width - left - right);
  const atY = (value: number) => height - bottom - placeOn(y, value) * (height - top - bottom);
  const words = (axis: Axis, value: number) => axis.words?.(value) ?? String(value);
  const grid = [
    ...y.ticks.map(
      (tick) =>
        `<line class="grid" x1="${left}" x2="${width - right}" y1="${rounded(atY(tick))}" y2="${rounded(atY(tick))}"/>` +
        text(left - 8, atY(tick) + 4, words(y, tick), 'text-anchor="end" class="small"'),
    ),
    ...x.ticks.map((tick) =>
      text(atX(tick), height - bottom + 20, words(x, tick), 'text-anchor="middle" class="small"'),
    ),
    text((left + width - right) / 2, height - 10, x.title, 'text-anchor="middle" class="small"'),
    text(left - 8, top - 12, y.title, 'class="small"'),
  ];
  const ends = spread(
    lines.map(({ points }) => atY(points.at(-1)?.[1] ?? 0)),
    { apart: 17, most: height - 14 },
  );
  const drawn = lines.map(({ name, points }, index) => {
    const places = points.map(([px, py]) => `${rounded(atX(px))},${rounded(atY(py))}`);
    const dots = points.map(
      ([px, py]) => `<circle class="f${index}" cx="${rounded(atX(px))}" cy="${rounded(atY(py))}" r="3"/>`,
    );
    return (
      `<polyline class="line s${index}" points="${places.join(' ')}"/>${dots.join('')}` +
      text(width - right + 12, (ends[index] ?? 0) + 4, name, `class="own f${index}"`)
    );
  });
  const border = limit
    ? [
        `<line class="limit" stroke-dasharray="6 4" x1="${left}" x2="${width - right}" y1="${rounded(atY(limit.at))}" y2="${rounded(atY(limit.at))}"/>`,
        text(width - right + 12, atY(limit.at) + 4, limit.name, 'class="small"'),
      ]
    : [];
  return drawing(width, height, title, [...grid, ...border, ...drawn]);
}

/** The same places in their order, so far apart that texts at them do not cover each other, and none beyond the most. */
export function spread(
  places: readonly number[],
  { apart, most }: { readonly apart: number; readonly most: number },
): number[] {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  const moved = [...places];
  let last = Number.NEGATIVE_INFINITY;
  for (const { place, index } of order) {
    last = Math.max(place, last + apart);
    moved[index] = last;
  }
  const over = Math.max(0, last - most);
  return moved.map((place) => place - over);
}
