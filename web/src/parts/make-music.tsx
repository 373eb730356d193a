import { useSignal } from '@preact/signals';
import type { CreatedGenerationAnswer, ModelListAnswer } from '../../../functions/api/contract/music.ts';
import { account } from '../account.ts';
import { ask, Refusal } from '../api.ts';
import { linkTo } from '../router.ts';
import { SignedOut } from '../sign-in.ts';
import { counted } from '../words/format.ts';
import { Icon } from './icon.tsx';

type Model = ModelListAnswer['models'][number];

/** One of the provider's own, to hear what a model of one's own adds. */
const stock = 'chirp-v55';
/** Takes of one request, as the provider has it. */
const takesEach = 2;

/** Music with the price first; two models, or two prompts, are asked for at once and heard side by side. */
export default function MakeMusic({ model, models }: { model: Model; models: readonly Model[] }) {
  const other = useSignal('');
  const prompt = useSignal('');
  const second = useSignal('');
  const tags = useSignal('');
  const isInstrumental = useSignal(false);
  const isUnderWay = useSignal(false);
  const problem = useSignal('');
  const keys = useSignal([crypto.randomUUID(), crypto.randomUUID()] as const);
  const terms = account.value;
  if (terms === undefined) return <p class="mid">The price is asked for …</p>;
  const isOtherWords = other.value === 'words';
  const count = other.value === '' ? 1 : 2;
  const price = count * terms.prices.generate;
  const { credits } = terms;
  const isReady = prompt.value.trim() !== '' && (!isOtherWords || second.value.trim() !== '');
  const make = async () => {
    isUnderWay.value = true;
    problem.value = '';
    const [keyA, keyB] = keys.value;
    try {
      const request = (wanted: string, words: string, key: string) =>
        ask<CreatedGenerationAnswer>('POST', '/generations', {
          body: { model: wanted, prompt: words, tags: tags.value, instrumental: isInstrumental.value },
          key,
        });
      const a = await request(model.modelId, prompt.value, keyA);
      const b =
        count === 1
          ? undefined
          : await (isOtherWords
              ? request(model.modelId, second.value, keyB)
              : request(other.value, prompt.value, keyB));
      keys.value = [crypto.randomUUID(), crypto.randomUUID()];
      location.hash = linkTo.music(a.body.session.sessionId, b?.body.session.sessionId);
    } catch (error) {
      if (error instanceof Refusal) {
        problem.value = [
          error.message,
          ...error.problems.map(({ where, message }) => `${where} ${message}.`),
        ].join(' ');
      } else if (error instanceof SignedOut) {
        problem.value = 'Your sign-in ended: sign in, and make it once more.';
      } else problem.value = 'No answer came. Make it once more: it is made, and paid, once.';
    } finally {
      isUnderWay.value = false;
    }
  };
  return (
    <>
      <p class="sum">
        {counted(count * takesEach, 'take')} for about {counted(price, 'credit')}.
      </p>
      <p class="mid">
        {credits !== undefined &&
          `Balance ${credits.toLocaleString('en')}, afterwards ${(credits - price).toLocaleString('en')}. `}
        Usually there in 30 to 120 s. Listening is free.
      </p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void make();
        }}
      >
        <div>
          <label for="with">Compare with</label>
          <select
            class="in"
            id="with"
            value={other.value}
            onChange={(event) => (other.value = event.currentTarget.value)}
          >
            <option value="">nothing</option>
            <option value="words">other words, the same model</option>
            {models
              .filter(({ modelId }) => modelId !== model.modelId)
              .slice(0, 200)
              .map(({ modelId, name }) => (
                <option key={modelId} value={modelId}>
                  {name}
                </option>
              ))}
            <option value={stock}>{stock}, the provider’s own</option>
          </select>
        </div>
        <div>
          <label for="style">Style</label>
          <input
            class="in"
            id="style"
            value={tags.value}
            placeholder="slow, brushed drums, tape hiss"
            onInput={(event) => (tags.value = event.currentTarget.value)}
          />
        </div>
        <div class={isOtherWords ? '' : 'all'}>
          <label for="prompt">What to make</label>
          <textarea
            class="in"
            id="prompt"
            value={prompt.value}
            placeholder="rain on the last tram"
            onInput={(event) => (prompt.value = event.currentTarget.value)}
          />
        </div>
        {isOtherWords && (
          <div>
            <label for="second">And the other words</label>
            <textarea
              class="in"
              id="second"
              value={second.value}
              onInput={(event) => (second.value = event.currentTarget.value)}
            />
          </div>
        )}
        <div class="all fine">
          <button type="submit" class="btn pri" disabled={isUnderWay.value || !isReady}>
            <Icon name="note" />
            Make {counted(count * takesEach, 'take')} for about {counted(price, 'credit')}
          </button>
          <label class="sw">
            <input
              type="checkbox"
              checked={isInstrumental.value}
              onChange={(event) => (isInstrumental.value = event.currentTarget.checked)}
            />
            Without singing
          </label>
          <span class="hint">The provider has no seed: the same words give other takes.</span>
        </div>
        {problem.value !== '' && (
          <p class="note bad all" role="alert">
            {problem.value}
          </p>
        )}
      </form>
    </>
  );
}
