import { useSignal } from '@preact/signals';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { rightsSentence } from '../../../functions/shared/rights-sentence.ts';
import { linkTo } from '../router.ts';
import { stored, underWay } from '../uploads/under-way.ts';
import { recommended } from '../words/choices.ts';
import { counted } from '../words/format.ts';
import { groupOf } from '../words/groups.ts';
import { tallyOf } from '../words/tally.ts';
import { useAct } from './act.ts';
import { Dialog } from './dialog.tsx';
import { Icon, type IconName } from './icon.tsx';

interface Offer {
  readonly label: string;
  readonly icon: IconName;
  readonly look: 'pri' | 'bad' | 'sm ghost' | '';
  readonly title: string;
  /** What happens, and what it costs; each line a sentence or two. */
  readonly words: readonly string[];
  readonly yes: string;
  readonly no: string;
  readonly method: 'POST' | 'DELETE';
  readonly part: string;
  /** The question whose the recordings are goes with it, as the files have no answer yet. */
  readonly asksRights?: boolean;
}

/** Only buttons that are possible now; each says what it does before it does it. */
export function SessionActions({
  session,
  isHidden,
  part = 'first',
  done,
}: {
  session: SessionPageAnswer;
  /** `last`: the deletion of a session that waits for a decision, below the choices. */
  part?: 'first' | 'last';
  /** Nothing can be begun now; what was begun stays. */
  isHidden: boolean;
  done(): void;
}) {
  const chosen = useSignal<Offer | undefined>(undefined);
  // What is on its way is started when it is there.
  const isSending = underWay.value.has(session.sessionId);
  const offers = offersOf(session).filter(
    (offer) =>
      !(isSending && offer.part === '/start') &&
      (part === 'last') === (offer.method === 'DELETE' && session.actions.includes('decide')),
  );
  const next = part === 'first' ? nextView(session) : undefined;
  const asks = part === 'first' && !isHidden && recommended(session) !== undefined;
  if (offers.length === 0 && next === undefined && !asks && !chosen.value) return null;
  return (
    <div class="acts">
      {next !== undefined && (
        <a class="btn pri" href={next.href}>
          <Icon name="note" />
          {next.words}
        </a>
      )}
      {asks && <AskOnceMore session={session} done={done} />}
      {(isHidden ? [] : offers).map((offer) => (
        <button
          type="button"
          key={offer.label}
          class={`btn ${offer.look}`}
          onClick={() => (chosen.value = offer)}
        >
          <Icon name={offer.icon} />
          {offer.label}
        </button>
      ))}
      {chosen.value !== undefined && (
        <Ask
          offer={chosen.value}
          sessionId={session.sessionId}
          close={() => (chosen.value = undefined)}
          done={done}
        />
      )}
    </div>
  );
}

/** The choice that is recommended: it costs nothing, so nothing is asked back. */
function AskOnceMore({ session: { sessionId }, done }: { session: SessionPageAnswer; done(): void }) {
  const act = useAct();
  const body = { choice: 'check-again' };
  const go = async () => {
    if (await act.run({ method: 'POST', sessionId, part: '/decide', body })) done();
  };
  return (
    <>
      <button type="button" class="btn pri" disabled={act.isUnderWay.value} onClick={() => void go()}>
        <Icon name="retry" />
        Ask once more, for nothing
      </button>
      {act.problem.value !== '' && (
        <p class="note bad" role="alert">
          {act.problem.value}
        </p>
      )}
    </>
  );
}

/** Where a person goes on with what is ready. */
function nextView({ kind, status, modelId, sessionId }: SessionPageAnswer) {
  if (status !== 'ready') return undefined;
  if (kind === 'music') return { href: linkTo.music(sessionId), words: 'Hear and save the takes' };
  return modelId === undefined ? undefined : { href: linkTo.model(modelId), words: 'Make music with it' };
}

function Ask({
  offer,
  sessionId,
  close,
  done,
}: {
  offer: Offer;
  sessionId: string;
  close(): void;
  done(): void;
}) {
  const act = useAct();
  const hasRights = useSignal(false);
  const { title, words, yes, no, look, method, part, asksRights } = offer;
  const go = async () => {
    const body = hasRights.value ? { body: { rights: true } } : {};
    if (!(await act.run({ method, sessionId, part, ...body }))) return;
    close();
    if (method === 'DELETE') location.hash = linkTo.sessions;
    else done();
  };
  return (
    <Dialog title={title} kind="box" onClose={close}>
      {words.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {asksRights && (
        <label class="tick">
          <input
            type="checkbox"
            checked={hasRights.value}
            onChange={(event) => {
              hasRights.value = event.currentTarget.checked;
            }}
          />
          <span>
            {rightsSentence} <span class="hint">A provider that is paid wants this answered.</span>
          </span>
        </label>
      )}
      {act.problem.value !== '' && (
        <p class="note bad" role="alert">
          {act.problem.value}
        </p>
      )}
      <div class="row wrap">
        <button
          type="button"
          class={`btn ${method === 'DELETE' ? 'bad' : look}`}
          disabled={act.isUnderWay.value}
          onClick={() => void go()}
        >
          {yes}
        </button>
        <button type="button" class="btn" onClick={close}>
          {no}
        </button>
      </div>
    </Dialog>
  );
}

function offersOf(session: SessionPageAnswer): Offer[] {
  const { actions, creditsToCome = 0 } = session;
  const price = creditsToCome === 0 ? 'for nothing more' : `for about ${counted(creditsToCome, 'credit')}`;
  const offers: Offer[] = [];
  const post = { method: 'POST', look: 'pri' } as const;
  if (actions.includes('approve')) {
    offers.push({
      ...post,
      label: `Approve ${counted(creditsToCome, 'credit')}…`,
      icon: 'key',
      title: 'Approve the training?',
      words: [`The provider is asked for the model, ${price}. It is recorded that you approved it.`],
      yes: `Train ${price}`,
      no: 'Not now',
      part: '/approve',
    });
  }
  if (actions.includes('start')) {
    const { there = 0, all = 0 } = stored.value.get(session.sessionId) ?? {};
    offers.push({
      ...post,
      look: there < all ? '' : 'pri',
      label: `Start, ${price}…`,
      icon: 'up',
      title: 'Start the run?',
      words: [`The files that are in storage go to the provider, ${price}.`],
      yes: `Start ${price}`,
      no: 'Not now',
      part: '/start',
    });
  }
  if (actions.includes('resume')) offers.push({ ...post, ...resume(session, price) });
  // Before a first run there is nothing to stop.
  if (actions.includes('cancel') && session.status !== 'open') offers.push(cancel(session));
  if (groupOf(session) !== 'running') offers.push(remove(session));
  return offers;
}

function resume(session: SessionPageAnswer, price: string) {
  const { done, refused } = tallyOf(session.tracks);
  const again =
    refused === 0
      ? ''
      : ` ${counted(refused, 'file')} that could not be used ${refused === 1 ? 'is' : 'are'} looked at again.`;
  return {
    label: `Resume, ${price}…`,
    icon: 'retry',
    title: 'Resume the session?',
    words: [
      `${counted(done, 'file')} that ${done === 1 ? 'is' : 'are'} ready ${done === 1 ? 'is' : 'are'} kept, and not sent again.${again}`,
      `Going on costs ${price.replace('for ', '')}.`,
    ],
    yes: `Resume ${price}`,
    no: 'Not now',
    part: '/resume',
    asksRights: session.rights === undefined && session.kind !== 'music',
  } as const;
}

function cancel({ tracks, kind }: SessionPageAnswer): Offer {
  const { provider, done } = tallyOf(tracks);
  return {
    label: 'Cancel the run…',
    icon: 'stop',
    // Nothing has to be done while it runs: no button may look like the thing to do.
    look: 'sm ghost',
    title: 'Cancel the run?',
    words: [
      'The run stops now. You can resume it later; nothing is paid twice.',
      ...(kind === 'music'
        ? []
        : [`Kept: ${counted(done, 'file')} that ${done === 1 ? 'is' : 'are'} ready.`]),
      ...(provider === 0 ? [] : [`${counted(provider, 'upload')} at the provider cannot be stopped there.`]),
    ],
    yes: 'Cancel the run',
    no: 'Let it run',
    method: 'POST',
    part: '/cancel',
  };
}

function remove({ unfinished, modelId, status }: SessionPageAnswer): Offer {
  const given = unfinished === undefined ? '' : `?confirm=abandon-paid-${unfinished}`;
  return {
    label: 'Delete for good…',
    icon: 'x',
    // Where nothing else is left to do, it is no small matter.
    look: status === 'deleting' || status === 'abandoned' ? 'bad' : 'sm ghost',
    title: 'Delete this session for good?',
    words: [
      'Its files and its record are deleted. What the provider has stays there.',
      ...(modelId === undefined ? [] : ['The model stays in the list of models.']),
      ...(unfinished === undefined
        ? []
        : [`The ${unfinished} is paid, or may be, and may still succeed: it is given up.`]),
    ],
    yes: 'Delete for good',
    no: 'Keep it',
    method: 'DELETE',
    part: given,
  };
}
