import { useEffect } from 'preact/hooks';
import type { GenerationAnswer } from '../../../functions/api/contract/music.ts';
import { ask } from '../api.ts';
import { modelNameOf } from '../model-names.ts';
import { Given } from '../parts/given.tsx';
import { Icon } from '../parts/icon.tsx';
import { isMarked, mark } from '../parts/marks.ts';
import { playFrom, playing, position, stopPlaying, toggle } from '../parts/player.ts';
import { Takes, takeId } from '../parts/takes.tsx';
import { linkTo } from '../router.ts';
import { groupOf } from '../words/groups.ts';
import { useLive } from './use-live.ts';

/** Seconds, where the API names no pace: links to audio end after an hour. */
const pace = { running: 5, atRest: 1800 };

const useGeneration = (id: string) =>
  useLive<GenerationAnswer>(
    (by) => ask('GET', `/generations/${encodeURIComponent(id)}`, by),
    ({ session }) => (groupOf(session) === 'running' ? pace.running : pace.atRest),
  );

type Live = ReturnType<typeof useGeneration>;

/** The takes of one piece of music, or of two side by side. */
export default function MusicView({ id, other }: { id: string; other: string | undefined }) {
  useEffect(() => {
    document.title = `${other === undefined ? 'Takes' : 'Side by side'} · Chirpsmith`;
    return stopPlaying;
  }, [other]);
  return (
    <>
      <nav class="crumb" aria-label="Where you are">
        <a href={linkTo.models}>Models</a> / music
      </nav>
      {other === undefined ? <One id={id} /> : <Two id={id} other={other} />}
    </>
  );
}

function One({ id }: { id: string }) {
  const found = useGeneration(id);
  const answer = found.value.value;
  return (
    <section class="card" aria-labelledby="takes">
      <div class="head">
        <h1 id="takes">Takes</h1>
        {answer && <Words answer={answer} />}
      </div>
      <div class="ab one">
        <Side letter="A" found={found} />
      </div>
    </section>
  );
}

function Two({ id, other }: { id: string; other: string }) {
  const [a, b] = [useGeneration(id), useGeneration(other)];
  const lists = [a, b].map((one) => one.value.value?.downloads ?? []);
  // Of the latest answers, for the keys.
  const switchSides = () => {
    const side = lists.findIndex((list) => list.some(({ clipId }) => takeId(clipId) === playing.value?.key));
    const from = lists[Math.max(0, side)] ?? [];
    const to = lists[side === 0 ? 1 : 0] ?? [];
    const at = from.findIndex(({ clipId }) => takeId(clipId) === playing.value?.key);
    const next = to[Math.min(Math.max(0, at), to.length - 1)];
    if (next) playFrom(takeId(next.clipId), next.url, position.value);
  };
  const press = ({ key, target }: KeyboardEvent) => {
    const isField = target instanceof Element && target.closest('input, textarea, select, button, a, dialog');
    if (isField && key === ' ') return true;
    const all = lists.flat();
    const now = all.find(({ clipId }) => takeId(clipId) === playing.value?.key) ?? all[0];
    if (key === 'x') switchSides();
    else if (key === 'm' && now) mark(now.clipId);
    else if (key === ' ' && now) toggle(takeId(now.clipId), now.url);
    else return true;
    return false;
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || press(event)) return;
      event.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  });
  const marked = lists.flat().filter(({ clipId }) => isMarked(clipId)).length;
  return (
    <section class="card" aria-labelledby="takes">
      <div class="head">
        <h1 id="takes">Side by side</h1>
        {a.value.value && <Words answer={a.value.value} />}
      </div>
      <div class="ab">
        <Side letter="A" found={a} />
        <Side letter="B" found={b} />
      </div>
      <div class="xf">
        <button
          type="button"
          class="btn sm"
          disabled={lists.some((list) => list.length === 0)}
          onClick={switchSides}
        >
          <Icon name="swap" size={14} />
          Switch A and B at this moment
        </button>
        <span class="keysx">
          <kbd>Space</kbd> play · <kbd>X</kbd> switch · <kbd>M</kbd> mark
        </span>
        <span class="end" role="status">
          {marked === 0 ? 'None marked' : `${marked} marked`}, in this browser
        </span>
      </div>
    </section>
  );
}

const Words = ({ answer: { session } }: { answer: GenerationAnswer }) => (
  <span class="hint">
    <Given text={`“${session.music?.prompt ?? session.name}”`} />
  </span>
);

function Side({ letter, found }: { letter: 'A' | 'B'; found: Live }) {
  const answer = found.value.value;
  const refusal = found.refusal.value;
  if (answer === undefined) return <div>{refusal?.message ?? 'The takes are asked for …'}</div>;
  const { session } = answer;
  const { music, sessionId, status } = session;
  const isIll = groupOf(session) === 'you';
  return (
    <div>
      <h2>
        <span class={`let ${letter === 'A' ? 'on' : ''}`} aria-hidden="true">
          {letter}
        </span>
        <Given text={music === undefined ? session.name : modelNameOf(music)} />
        <a class="hint nw" href={linkTo.session(sessionId)}>
          the session<span class="vh"> of side {letter}</span>
        </a>
      </h2>
      <p class="hint">
        <Given text={`“${music?.prompt ?? ''}”`} />
        {music?.tags ? (
          <>
            {' · '}
            <Given text={music.tags} />
          </>
        ) : null}
      </p>
      {isIll && (
        <p class="note warn">
          <Icon name="warn" />
          <span>
            {status === 'needs-decision'
              ? 'The answer was lost: it needs your decision. '
              : 'The run stopped. '}
            <a href={linkTo.session(sessionId)}>See what to do</a>
          </span>
        </p>
      )}
      <Takes answer={answer} />
    </div>
  );
}
