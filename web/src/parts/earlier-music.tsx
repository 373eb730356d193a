import { useSignal } from '@preact/signals';
import type { SessionListAnswer } from '../../../functions/api/contract/session.ts';
import { ask } from '../api.ts';
import { modelNameOf } from '../model-names.ts';
import { linkTo } from '../router.ts';
import { useLive } from '../views/use-live.ts';
import { age, counted } from '../words/format.ts';
import { groupOf } from '../words/groups.ts';
import { Given } from './given.tsx';
import { isMarked } from './marks.ts';

/** Seconds. */
const pace = { running: 5, atRest: 60 };

/** Music that was made before; two of them are heard side by side. */
export default function EarlierMusic() {
  const found = useLive<SessionListAnswer>(
    (by) => ask('GET', '/generations?limit=25', by),
    ({ sessions }) => (sessions.some((one) => groupOf(one) === 'running') ? pace.running : pace.atRest),
    { isQuiet: true },
  );
  const picked = useSignal<readonly string[]>([]);
  const sessions = found.value.value?.sessions ?? [];
  if (sessions.length === 0) return null;
  const [a, b] = picked.value;
  const pick = (id: string, isOn: boolean) => {
    const others = picked.value.filter((one) => one !== id);
    picked.value = isOn ? [...others, id].slice(-2) : others;
  };
  return (
    <section class="card" aria-labelledby="earlier">
      <div class="head">
        <h2 id="earlier" class="grow">
          Earlier
        </h2>
        {a !== undefined && b !== undefined ? (
          <a class="btn sm" href={linkTo.music(a, b)}>
            Hear the two side by side
          </a>
        ) : (
          <span class="hint">Tick two, to hear them side by side.</span>
        )}
      </div>
      <ul>
        {sessions.map(({ sessionId, name, music, createdAt, status }) => {
          const clips = music?.clips ?? [];
          const marked = clips.filter(({ clipId }) => isMarked(clipId)).length;
          return (
            <li class="old" key={sessionId}>
              <span class="row">
                <input
                  type="checkbox"
                  aria-label={`Compare ${name}`}
                  checked={picked.value.includes(sessionId)}
                  onChange={(event) => pick(sessionId, event.currentTarget.checked)}
                />
                <span class="grow">
                  <a href={linkTo.music(sessionId)}>
                    <Given text={name} />
                  </a>{' '}
                  <span class="dim">
                    by <Given text={music && modelNameOf(music)} />
                  </span>
                </span>
              </span>
              <span class="hint nw">
                {status === 'ready' || clips.length > 0 ? counted(clips.length, 'take') : 'no take yet'}
                {marked > 0 && `, ${marked} marked`}
              </span>
              <time class="hint nw" dateTime={createdAt}>
                {age((Date.now() - Date.parse(createdAt)) / 1000)}
              </time>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
