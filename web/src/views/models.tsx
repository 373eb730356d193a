import { useEffect } from 'preact/hooks';
import type { ModelListAnswer } from '../../../functions/api/contract/music.ts';
import { ask } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
import { linkTo } from '../router.ts';
import { counted, moment } from '../words/format.ts';
import { useLive } from './use-live.ts';

type Model = ModelListAnswer['models'][number];

/** Seconds; a new model comes with a session, minutes after its start. */
const pace = 60;

/** The models that were trained here, and what is known of one of them. */
export function ModelsView({ chosen }: { chosen: string | undefined }) {
  const found = useLive<ModelListAnswer>(
    (signal) => ask('GET', '/models', { signal }),
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
        <p class="mid">A model is the result of a session. A session is begun in a terminal:</p>
        <pre>npm run train -- FOLDER --name "Night Drive"</pre>
      </section>
    );
  }
  const model = models.find(({ modelId }) => modelId === chosen) ?? models[0];
  return (
    <div class="cols">
      <section class="card reg" aria-labelledby="models">
        <div class="head">
          <h1 id="models">Models</h1>
          <span class="hint">{models.length.toLocaleString('en')}</span>
        </div>
        {slots !== undefined && (
          <p class="hint slots">
            {slots.used.toLocaleString('en')} of {counted(slots.limit, 'place')} at the provider{' '}
            {slots.used === 1 ? 'is' : 'are'} known to be taken.
          </p>
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
                  <bdi>{one.name}</bdi>
                </span>
                <span class="s">
                  {counted(one.files.length, 'track')} · {moment(one.createdAt)}
                </span>
              </a>
            </li>
          ))}
        </ul>
      </section>
      {model !== undefined && <Chosen model={model} />}
    </div>
  );
}

function Chosen({
  model: { modelId, name, sessionId, files, credits, createdAt, base, rights },
}: {
  model: Model;
}) {
  return (
    <div>
      <section class="card gen" aria-labelledby="model">
        <h2 id="model">
          <bdi>{name}</bdi>
        </h2>
        <p class="sum">
          Trained on {counted(files.length, 'track')}, for {counted(credits, 'credit')}.
        </p>
        <dl class="kv">
          <dt>Model id</dt>
          <dd class="mono">{modelId}</dd>
          <dt>Made</dt>
          <dd>{moment(createdAt)}</dd>
          {base !== undefined && (
            <>
              <dt>On top of</dt>
              <dd>
                <bdi>{base}</bdi>
              </dd>
            </>
          )}
          {rights !== undefined && (
            <>
              <dt>Rights</dt>
              <dd>
                confirmed by <bdi>{rights.confirmedBy}</bdi>, {moment(rights.confirmedAt)}
              </dd>
            </>
          )}
          <dt>Made from</dt>
          <dd>
            <a href={linkTo.session(sessionId)}>{counted(files.length, 'file')}, see the session</a>
          </dd>
        </dl>
        <h3>To make music with it, in a terminal</h3>
        <pre>npx chirpsmith generate --model {modelId} --prompt "rain on the last tram"</pre>
      </section>
      <section class="card" aria-labelledby="made-from">
        <div class="head">
          <h2 id="made-from">Its files</h2>
        </div>
        <ol class="plain">
          {files.map((file, index) => (
            <li key={index}>
              <bdi>{file}</bdi>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
