import { useEffect } from 'preact/hooks';
import type { ModelListAnswer } from '../../../functions/api/contract/music.ts';
import { ask } from '../api.ts';
import { keepModelNames } from '../model-names.ts';
import { Given } from '../parts/given.tsx';
import { Icon } from '../parts/icon.tsx';
import { lazily } from '../parts/lazily.tsx';
import { linkTo } from '../router.ts';
import { counted, moment } from '../words/format.ts';
import { useLive } from './use-live.ts';

const MakeMusic = lazily(() => import('../parts/make-music.tsx'));
const EarlierMusic = lazily(() => import('../parts/earlier-music.tsx'));

type Model = ModelListAnswer['models'][number];

/** Seconds; a new model comes with a session, minutes after its start. */
const pace = 60;

/** The models that were trained here, and what is known of one of them. */
export function ModelsView({ chosen }: { chosen: string | undefined }) {
  const found = useLive<ModelListAnswer>(
    async (by) => {
      const answer = await ask<ModelListAnswer>('GET', '/models', by);
      keepModelNames(answer.body.models);
      return answer;
    },
    () => pace,
  );
  useEffect(() => {
    document.title = 'Models · Chirpsmith';
  }, []);
  const list = found.value.value;
  if (list === undefined) {
    return <p class="mid">{found.refusal.value?.message ?? 'The models are asked for …'}</p>;
  }
  const { models, warning, slots } = list;
  if (models.length === 0) {
    return (
      <section class="card empty">
        <h1>Models</h1>
        <p class="sum">There is no model yet.</p>
        <p class="mid">A model is the result of a session.</p>
        <a class="btn pri" href={linkTo.newModel}>
          <Icon name="plus" />
          New model
        </a>
      </section>
    );
  }
  const model = models.find(({ modelId }) => modelId === chosen) ?? models[0];
  return (
    <div class="cols">
      <section class="card reg" aria-labelledby="models">
        <div class="head">
          <h1 id="models">Models</h1>
          <span class="hint grow">{models.length.toLocaleString('en')}</span>
          <a class="btn sm" href={linkTo.newModel}>
            <Icon name="plus" />
            Train one
          </a>
        </div>
        {slots !== undefined && (
          <p class="hint slots">
            {slots.used.toLocaleString('en')} of {counted(slots.limit, 'place')} at the provider{' '}
            {slots.used === 1 ? 'is' : 'are'} known to be taken.
          </p>
        )}
        {slots !== undefined && slots.limit <= 20 && (
          <div class="places" aria-hidden="true">
            {Array.from({ length: slots.limit }, (_, place) => (
              <i key={place} class={place < slots.used ? '' : 'free'} />
            ))}
          </div>
        )}
        {warning !== undefined && (
          <p class="note warn">
            <Icon name="warn" />
            <span>{warning}</span>
          </p>
        )}
        <ul>
          {models.map((one) => (
            <li key={one.modelId}>
              <a
                class="mo"
                href={linkTo.model(one.modelId)}
                aria-current={one === model ? 'true' : undefined}
              >
                <span class="t">
                  <Given text={one.name} />
                </span>
                <span class="s">
                  {counted(one.files.length, 'track')} · {moment(one.createdAt)}
                </span>
              </a>
            </li>
          ))}
        </ul>
        {model !== undefined && <About model={model} />}
      </section>
      {model !== undefined && <Chosen model={model} models={models} />}
    </div>
  );
}

function Chosen({ model, models }: { model: Model; models: readonly Model[] }) {
  return (
    <div class="right">
      <section class="card gen" aria-labelledby="model">
        <h2 id="model">
          Make music with <Given text={model.name} />
        </h2>
        <MakeMusic key={model.modelId} model={model} models={models} />
      </section>
      <EarlierMusic />
    </div>
  );
}

/** What it was made from, by whom, and for how much. */
function About({ model: { modelId, sessionId, files, credits, createdAt, base, rights } }: { model: Model }) {
  return (
    <div class="about">
      <dl class="kv">
        <dt>Model id</dt>
        <dd class="mono">{modelId}</dd>
        <dt>Made</dt>
        <dd>{moment(createdAt)}</dd>
        <dt>Paid</dt>
        <dd>{counted(credits, 'credit')}</dd>
        {base !== undefined && (
          <>
            <dt>On top of</dt>
            <dd>
              <Given text={base} />
            </dd>
          </>
        )}
        {rights !== undefined && (
          <>
            <dt>Rights</dt>
            <dd>
              confirmed by <Given text={rights.confirmedBy} />, {moment(rights.confirmedAt)}
            </dd>
          </>
        )}
        <dt>Made from</dt>
        <dd>
          <a href={linkTo.session(sessionId)}>{counted(files.length, 'file')}, see the session</a>
        </dd>
      </dl>
      <details>
        <summary>Its files</summary>
        <ol class="plain">
          {files.map((file, index) => (
            <li key={index}>
              <Given text={file} />
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}
