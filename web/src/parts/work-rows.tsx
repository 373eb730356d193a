import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { answerTitle, callWords } from '../../../functions/shared/timeline-words.ts';
import type { Axis } from '../timeline/axis.ts';
import { duration } from '../words/format.ts';
import { Way } from './bar.tsx';
import { Icon } from './icon.tsx';

type Call = TimelineAnswer['work'][number];

interface WorkRow {
  readonly name: string;
  readonly calls: readonly Call[];
  readonly words: string;
}

/** What the session itself asks of the provider: a row each, below the files. */
export function WorkRows({
  timeline: { session, work, now },
  axis,
  end,
}: {
  timeline: TimelineAnswer;
  axis: Axis;
  end: number;
}) {
  const rows = rowsOf(session.kind, work, now);
  if (rows.length === 0) return null;
  return (
    <ul class="work">
      {rows.map(({ name, calls, words }) => (
        <li class="file" key={name}>
          <span class="open">
            <Icon name={name === 'Training' || name === 'Music' ? 'note' : 'key'} size={14} />
            {name}
          </span>
          <Way calls={calls} axis={axis} end={end} />
          <span class="says">{words}</span>
        </li>
      ))}
    </ul>
  );
}

function rowsOf(kind: TimelineAnswer['session']['kind'], work: readonly Call[], now: number): WorkRow[] {
  if (kind === 'batch') return [];
  const call = kind === 'music' ? 'generate' : 'create';
  const calls = work.filter((one) => one.call === call);
  const last = calls.at(-1);
  // The call itself is a moment; its task is what takes time.
  const asked = calls.map(({ end: _end, providerDoneAt: _done, checks: _checks, ...one }) => {
    const end = { at: one.until ?? now, result: 'done' as const };
    return one.answer === 'taken' ? { ...one, until: one.at, end } : one;
  });
  const tasks = calls.filter(({ answer }) => answer === 'taken');
  return [
    {
      name: callWords[call],
      calls: asked,
      words: last ? answerTitle({ ...last, result: undefined }) : 'not begun',
    },
    { name: kind === 'music' ? 'Music' : 'Training', calls: tasks, words: taskWords(tasks.at(-1), now) },
  ];
}

function taskWords(task: Call | undefined, now: number): string {
  if (task === undefined) return 'not begun';
  const from = task.until ?? task.at;
  if (task.end === undefined) return `for ${duration(now - from)}`;
  const took = duration(task.end.at - from);
  return task.end.result === 'done' ? `done after ${took}` : `failed after ${took}`;
}
