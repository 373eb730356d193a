import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { account } from '../account.ts';
import { ChosenFiles, standings } from '../files/chosen-files.ts';
import { droppedFiles, type FoundFile } from '../files/found-files.ts';
import { ChosenList } from '../parts/chosen-list.tsx';
import { FileField } from '../parts/file-fields.tsx';
import { Icon } from '../parts/icon.tsx';
import { NewModelForm } from '../parts/new-model-form.tsx';
import { stopPlaying } from '../parts/player.ts';
import { useCreate } from '../uploads/create.ts';
import { counted } from '../words/format.ts';
import { type Choice, missingOf, newModelSentences, startWords } from '../words/new-model.ts';

/** For as long as the page is open: a look at another view loses nothing. */
const chosen = new ChosenFiles();

/** From files to a session: what each file is, what it costs, whose it is. */
export default function NewModelView() {
  const terms = account.value;
  const isOver = useSignal(false);
  const form = useSignal({ kind: 'train' as Choice['kind'], name: '', isReviewed: true, hasRights: false });
  const create = useCreate();
  useEffect(() => {
    document.title = 'New model · Chirpsmith';
    return stopPlaying;
  }, []);
  const placed = useComputed(() => {
    // Changes with the files, which are looked into one after the other.
    chosen.version.value;
    return standings(chosen.all);
  });
  if (terms === undefined) return <p class="mid">The prices are asked for …</p>;
  const count = (wanted: string) => placed.value.filter(({ standing }) => standing === wanted).length;
  const choice: Choice = {
    ...form.value,
    ready: count('ready'),
    checking: count('checking'),
    bad: count('bad'),
    copies: count('copy'),
  };
  const { happened, cost, now } = newModelSentences(choice, terms);
  const missing = missingOf(choice, terms);
  const add = (files: readonly FoundFile[]) => chosen.add(files, terms.limits);
  const start = async () => {
    const files = placed.value.filter(({ standing }) => standing === 'ready').map(({ file }) => file);
    if (await create.run({ ...form.value, files })) chosen.clear();
  };
  const button = missing.length === 0 && (
    <button type="button" class="btn pri" disabled={create.isUnderWay.value} onClick={() => void start()}>
      <Icon name="up" />
      {create.isUnderWay.value ? 'The session is made …' : startWords(choice, terms)}
    </button>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the fields for files do the same by keyboard.
    <div
      class={`new ${isOver.value ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(add);
      }}
    >
      <section class="card top" aria-labelledby="lead">
        <h1>New model</h1>
        <p class="sum" id="lead" role="status">
          {happened}
        </p>
        <dl class="facts">
          <dt>Cost so far</dt>
          <dd>{cost}</dd>
          <dt>What now</dt>
          <dd>{now}</dd>
        </dl>
        {create.problem.value !== '' && (
          <p class="note bad" role="alert">
            <Icon name="warn" />
            <span>{create.problem.value}</span>
          </p>
        )}
        <div class="acts">{button}</div>
      </section>
      <div class="cols2">
        <section class="card" aria-labelledby="chosen">
          <div class="head">
            <h2 id="chosen">Files</h2>
            {chosen.skipped.value > 0 && (
              <span class="hint">
                {counted(chosen.skipped.value, 'file')} in the folder{' '}
                {chosen.skipped.value === 1 ? 'is' : 'are'} no audio, and left aside.
              </span>
            )}
          </div>
          <div class="drop">
            <Icon name="up" />
            <span class="grow">
              {placed.value.length === 0 ? 'Drop files or a folder here' : 'Drop more files or a folder here'}
            </span>
            <FileField words="Choose files…" take={add} />
            <FileField words="Choose a folder…" kind="folder" take={add} />
          </div>
          <ChosenList chosen={chosen} placed={placed.value} />
        </section>
        <NewModelForm form={form} choice={choice} terms={terms} missing={missing}>
          {button}
        </NewModelForm>
      </div>
    </div>
  );
}
