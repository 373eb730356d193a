import { useSignal } from '@preact/signals';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { type Drawing, layoutOf } from '../machine/layouts.ts';
import { type Present, presentStates, presentWords } from '../machine/present-states.ts';
import { Icon } from './icon.tsx';
import { isSmall } from './small-screen.ts';

/** The machine that works on a session, with the states that it is in. On a phone it is folded to one line. */
export function Machine({ session }: { session: SessionPageAnswer }) {
  const isOpen = useSignal(!isSmall.value);
  const present = presentStates(session);
  const { shapes, wide, narrow } = layoutOf(session.kind);
  return (
    <section class="card">
      <details open={isOpen.value} onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
        <summary class="head">
          <Icon name="chevron" />
          <h2>The machine</h2>
          <span class="hint">{presentWords(present, session.status)}</span>
        </summary>
        <div class="graph">
          <Graph
            drawing={isSmall.value ? narrow : wide}
            shapes={shapes}
            present={present}
            label={presentWords(present, session.status)}
          />
        </div>
      </details>
    </section>
  );
}

function Graph({
  drawing,
  shapes,
  present,
  label,
}: {
  drawing: Drawing;
  shapes: Readonly<Record<string, string>>;
  present: Present;
  label: string;
}) {
  const { width, height, node, nodes, edges, groups } = drawing;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path class="tip" d="M2 1l5 3-5 3" />
        </marker>
      </defs>
      {groups.map((group) => (
        <rect
          key={group.title}
          class="gr"
          x={group.x}
          y={group.y}
          width={group.width}
          height={group.height}
          rx="10"
        />
      ))}
      {edges.map(({ path, error }) => (
        <path key={path} class={error ? 'ed er' : 'ed'} d={path} />
      ))}
      {groups.map((group) => (
        <text key={group.title} class="gl" x={group.x + 10} y={group.y + 17}>
          {group.title}
        </text>
      ))}
      {edges.map(
        ({ path, label }) =>
          label && (
            <text key={path} class="el" x={label.x} y={label.y} text-anchor="middle">
              {label.text}
            </text>
          ),
      )}
      {nodes.map(({ name, x, y }) => (
        <State
          key={name}
          name={name}
          at={{ x, y, ...node }}
          shape={shapes[name] ?? 'task'}
          present={present}
        />
      ))}
    </svg>
  );
}

/** Letters for which a state has room; more are drawn narrower. */
const mostLetters = 18;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function State({ name, at, shape, present }: { name: string; at: Box; shape: string; present: Present }) {
  const here = present.now[name];
  const passed = present.passed[name];
  const look =
    here !== undefined ? 'now' : present.bad.includes(name) ? 'bad' : passed !== undefined ? 'past' : '';
  const count = here ?? passed;
  const title = count === undefined || count === 1 ? name : `${name} · ${count.toLocaleString('en')}`;
  return (
    <g class={`st ${look}`}>
      {shape === 'choice' ? (
        <path class="bx" d={hexagon(at)} />
      ) : (
        <rect class="bx" {...at} rx={shape === 'task' ? 6 : at.height / 2} />
      )}
      <text
        x={at.x + at.width / 2}
        y={at.y + at.height / 2 + 4.5}
        text-anchor="middle"
        {...(title.length > mostLetters
          ? { textLength: at.width - 14, lengthAdjust: 'spacingAndGlyphs' }
          : {})}
      >
        {title}
      </text>
    </g>
  );
}

const hexagon = ({ x, y, width, height }: Box) =>
  `M${x + 10} ${y}H${x + width - 10}L${x + width} ${y + height / 2}L${x + width - 10} ${y + height}H${x + 10}L${x} ${y + height / 2}z`;
