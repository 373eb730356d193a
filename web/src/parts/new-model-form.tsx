import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { rightsSentence } from '../../../functions/shared/rights-sentence.ts';
import { counted } from '../words/format.ts';
import { type Choice, lengthOf, priceOf, type Terms } from '../words/new-model.ts';
import { Icon } from './icon.tsx';

export type Form = Pick<Choice, 'kind' | 'name' | 'isReviewed' | 'hasRights'>;

/** Name, kind, rights and price. */
export function NewModelForm({
  form,
  choice,
  terms,
  missing,
  children,
}: {
  form: Signal<Form>;
  choice: Choice;
  terms: Terms;
  missing: readonly string[];
  children: ComponentChildren;
}) {
  const set = (change: Partial<Form>) => {
    form.value = { ...form.value, ...change };
  };
  const { kind, name, isReviewed, hasRights } = form.value;
  const { advisedNameLength: advised } = terms.limits;
  const length = lengthOf(name);
  const isLong = length > advised && kind === 'train';
  return (
    <form class="side" aria-label="The model" onSubmit={(event) => event.preventDefault()}>
      <div class="card">
        <fieldset class="rad">
          <legend>What to make</legend>
          <Radio name="kind" isOn={kind === 'train'} set={() => set({ kind: 'train' })}>
            A model that plays like these files
          </Radio>
          <Radio name="kind" isOn={kind === 'batch'} set={() => set({ kind: 'batch' })}>
            A batch: clips at the provider, no model
          </Radio>
        </fieldset>
        <div>
          <div class="row">
            <label for="name">{kind === 'train' ? 'Name of the model' : 'Name of the batch'}</label>
            <span class={`hint end ${isLong ? 'warned' : ''}`}>
              {length}
              {kind === 'train' ? ` of ${advised}` : ''}
            </span>
          </div>
          <input
            id="name"
            class="in"
            value={name}
            autocomplete="off"
            aria-describedby="advice"
            onInput={(event) => set({ name: event.currentTarget.value })}
          />
          <p class={`hint ${isLong ? 'warned' : ''}`} id="advice">
            {kind === 'batch'
              ? 'To find it by.'
              : isLong
                ? `Longer than the ${advised} characters of the provider’s own form: it may be refused after the uploads; you can correct it then, and nothing is paid twice.`
                : `Up to ${advised} characters, as in the provider’s own form.`}
          </p>
        </div>
        {terms.rightsQuestion && (
          <Tick isOn={hasRights} set={(on) => set({ hasRights: on })}>
            {rightsSentence}
            <span class="hint below">Your answer is kept with the session.</span>
          </Tick>
        )}
        {kind === 'train' && (
          <Tick isOn={isReviewed} set={(on) => set({ isReviewed: on })}>
            Ask me before training
            <span class="hint below">
              The run stops when all clips are there, before the {counted(terms.prices.create, 'credit')}.
            </span>
          </Tick>
        )}
      </div>
      <div class="card">
        <h2>Price</h2>
        <Bill choice={choice} terms={terms} />
        {missing.length > 0 ? (
          <p class="note">
            <Icon name="ask" />
            <span>Before you can start: {missing.join(', ')}.</span>
          </p>
        ) : (
          <div class="only-s">{children}</div>
        )}
      </div>
    </form>
  );
}

function Bill({ choice, terms }: { choice: Choice; terms: Terms }) {
  const { uploads, training } = priceOf(choice, terms);
  const { credits, prices } = terms;
  const all = uploads + training;
  return (
    <table class="bill">
      <caption class="vh">Price</caption>
      <tbody>
        <tr>
          <td>
            {counted(choice.ready, 'upload')}, about {counted(prices.upload, 'credit')} each
            <span class="hint below">A guess: the provider gives no number.</span>
          </td>
          <td>about {uploads.toLocaleString('en')}</td>
        </tr>
        {training > 0 && (
          <tr>
            <td>
              Training<span class="hint below">Documented by the provider.</span>
            </td>
            <td>{training.toLocaleString('en')}</td>
          </tr>
        )}
        <tr class="sumr">
          <td>In all, about</td>
          <td>{counted(all, 'credit')}</td>
        </tr>
        {credits !== undefined && (
          <tr>
            <td class="mid">Balance afterwards</td>
            <td class="mid">{(credits - all).toLocaleString('en')}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Radio({
  name,
  isOn,
  set,
  children,
}: {
  name: string;
  isOn: boolean;
  set(): void;
  children: ComponentChildren;
}) {
  return (
    <label>
      <input type="radio" name={name} checked={isOn} onChange={set} />
      <span>{children}</span>
    </label>
  );
}

function Tick({
  isOn,
  set,
  children,
}: {
  isOn: boolean;
  set(on: boolean): void;
  children: ComponentChildren;
}) {
  return (
    <label class="tick">
      <input type="checkbox" checked={isOn} onChange={(event) => set(event.currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
