import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { type Bar, barsOf } from '../timeline/bars.ts';

type Look = Bar['look'] | 'next';

const signs: readonly (readonly [look: Look, words: string, sign?: string])[] = [
  ['moving', 'at the provider; gaps are our checks'],
  ['done', 'done'],
  ['unseen', 'done, not yet seen by us'],
  ['turned', 'asked to wait', '↻'],
  ['lost', 'answer lost', '?'],
  ['refused', 'refused'],
  ['next', 'next check'],
];

/** Looks that rows of this timeline have. */
function looksOf({ rows, work }: TimelineAnswer, end: number): ReadonlySet<Look> {
  const tasks = work.filter(({ call }) => call !== 'prepare');
  const looks = new Set<Look>();
  for (const { calls, next } of [...rows, { calls: tasks, next: undefined }]) {
    for (const { look } of barsOf(calls, end).bars) looks.add(look);
    if (next !== undefined) looks.add('next');
    if (looks.size === signs.length) break;
  }
  return looks;
}

/** What the bars above mean: those that are there. */
export function Legend({ timeline, end }: { timeline: TimelineAnswer; end: number }) {
  const looks = looksOf(timeline, end);
  if (looks.size === 0) return null;
  return (
    <ul class="signs">
      {signs
        .filter(([look]) => looks.has(look))
        .map(([look, words, sign]) => (
          <li key={look}>
            {sign !== undefined && (
              <b class="mark" aria-hidden="true">
                {sign}
              </b>
            )}
            <i class={look === 'next' ? look : `stretch ${look}`} aria-hidden="true" />
            {words}
          </li>
        ))}
    </ul>
  );
}
