import type { ComponentChildren } from 'preact';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { account } from '../account.ts';
import { linkTo } from '../router.ts';
import { stored, underWay } from '../uploads/under-way.ts';
import { counted, moment, printable } from '../words/format.ts';
import { detoursOf, lastSentence, refusedOf } from '../words/money.ts';
import { sentencesOf } from '../words/sentences.ts';
import { tallyOf } from '../words/tally.ts';
import { Files } from './files.tsx';
import { Given } from './given.tsx';
import { Ledger } from './ledger.tsx';
import { Machine } from './machine.tsx';
import { Meter } from './meter.tsx';
import { StatusPill } from './status-pill.tsx';
import { TimeWentCard } from './time-went.tsx';

/** What is shown of a session. */
export interface Whole {
  readonly session: SessionPageAnswer;
  readonly timeline: TimelineAnswer;
}

/** What can be done with a session here. */
export interface Acts {
  readonly buttons: ComponentChildren;
  /** What has a card of its own. */
  readonly below: ComponentChildren;
  /** Replaces a refused file. */
  readonly replace: (track: SessionPageAnswer['tracks'][number], close: () => void) => ComponentChildren;
}

/**
 * A session: three sentences, the machine, its files on one axis of time, its money.
 * @param acts what can be done with it; without it nothing, for now
 * @param isReport nothing can be gone to either, and every row is drawn
 */
export function SessionPicture({
  session,
  timeline,
  acts,
  isReport = false,
}: Whole & { acts?: Acts | undefined; isReport?: boolean }) {
  const {
    name,
    status,
    kind,
    createdAt,
    startedBy,
    failure,
    earlierFailures = [],
    tracks,
    actions,
  } = session;
  const { happened, cost, now } = sentencesOf(session, stored.value.get(session.sessionId));
  const tally = tallyOf(tracks);
  const besides = [detoursOf(timeline), refusedOf(timeline)].filter((words) => words !== '').join(' ');
  const sent = underWay.value.get(session.sessionId);
  const links = !isReport;
  const left = links && actions.some((action) => action !== 'cancel') ? accountWords() : undefined;
  return (
    <>
      <section class="card hero" aria-labelledby="lead">
        <div class="ttl">
          <h1>
            <Given text={name} />
          </h1>
          <StatusPill status={status} />
          <span class="end">
            {createdWords[startedBy]}, {moment(createdAt)}
          </span>
        </div>
        <div>
          <p class="sum" id="lead" role="status">
            {sent === undefined
              ? happened
              : `${sent.there.toLocaleString('en')} of ${counted(sent.all, 'file')} ${sent.all === 1 ? 'is' : 'are'} in your storage.`}
          </p>
          {besides !== '' && <p class="mid besides">{besides}</p>}
          <dl class="facts">
            <dt>Cost so far</dt>
            <dd>{cost}</dd>
            <dt>What now</dt>
            <dd>{sent === undefined ? now : 'Leave this page open until the last file is there.'}</dd>
            {left !== undefined && (
              <>
                <dt>In the account</dt>
                <dd>{left}</dd>
              </>
            )}
          </dl>
          {acts?.buttons}
        </div>
        {tracks.length > 0 && <Meter tracks={tracks} tally={tally} />}
        {failure !== undefined && <Reason session={session} reason={failure.reason} isOpen={isReport} />}
      </section>
      {acts?.below}
      <Machine session={session} />
      {kind === 'music' && <Takes session={session} links={links} />}
      <Files session={session} timeline={timeline} tally={tally} isWhole={!links} replace={acts?.replace} />
      <div class="two">
        <TimeWentCard timeline={timeline} />
        <Ledger session={session} timeline={timeline} />
      </div>
      <Record session={session} earlier={earlierFailures} links={links} />
    </>
  );
}

/** What the account has left, where a decision may spend of it. */
function accountWords(): string | undefined {
  const { credits, provider } = account.value ?? {};
  return credits === undefined ? undefined : `${counted(credits, 'credit')} at ${provider}`;
}

/** Why a run ended. Of a lost answer, the first card says it in plain words: what was recorded is folded. */
function Reason({
  session: { status },
  reason,
  isOpen,
}: {
  session: SessionPageAnswer;
  reason: string;
  isOpen: boolean;
}) {
  const title = status === 'cancelled' ? 'What was recorded' : 'The reason, as it was recorded';
  const words = <blockquote>{printable(reason)}</blockquote>;
  if (status !== 'needs-decision')
    return (
      <div class="why">
        <h2>{title}</h2>
        {words}
      </div>
    );
  return (
    <div class="why">
      <p>{lastSentence(reason)}</p>
      <details open={isOpen}>
        <summary>{title}</summary>
        {words}
      </details>
    </div>
  );
}

const createdWords = {
  api: 'Created by you',
  manifest: 'Created by a manifest in the inbox',
  console: 'Created in the AWS console',
} as const;

function Takes({ session: { sessionId, music }, links }: { session: SessionPageAnswer; links: boolean }) {
  const clips = music?.clips ?? [];
  return (
    <section class="card" aria-labelledby="takes">
      <div class="head">
        <h2 id="takes">Takes</h2>
        {links && (
          <a class="btn sm" href={linkTo.music(sessionId)}>
            Hear and save them
          </a>
        )}
      </div>
      <ul class="plain">
        {clips.map(({ clipId, title, hasAudio, locked, trouble }) => (
          <li key={clipId}>
            <Given text={title ?? clipId} />
            <span class="hint">{takeWords({ hasAudio, locked, trouble })}</span>
          </li>
        ))}
        {clips.length === 0 && <li class="dim">None yet.</li>}
      </ul>
    </section>
  );
}

function takeWords({
  hasAudio,
  locked,
  trouble,
}: Pick<
  NonNullable<SessionPageAnswer['music']>['clips'][number],
  'hasAudio' | 'locked' | 'trouble'
>): string {
  if (hasAudio) return 'its audio is kept';
  if (locked === 'yes') return 'locked at the provider: unlock it there, then resume';
  if (locked === 'perhaps') return 'perhaps locked at the provider: look there, then resume';
  return trouble === undefined ? 'its audio is not here yet' : printable(trouble);
}

/** What the record holds besides: ids, decisions, earlier failures. */
function Record({
  session,
  earlier,
  links,
}: {
  session: SessionPageAnswer;
  earlier: NonNullable<SessionPageAnswer['earlierFailures']>;
  /** Other views can be gone to. */
  links: boolean;
}) {
  const { sessionId, modelId, provider, executionUrl, decisions, rights } = session;
  return (
    <section class="card" aria-labelledby="record">
      <div class="head">
        <h2 id="record">The record</h2>
      </div>
      <dl class="kv">
        <dt>Session</dt>
        <dd class="mono">{sessionId}</dd>
        {modelId !== undefined && (
          <>
            <dt>Model</dt>
            <dd class="mono">{links ? <a href={linkTo.model(modelId)}>{modelId}</a> : modelId}</dd>
          </>
        )}
        {provider !== undefined && (
          <>
            <dt>Provider</dt>
            <dd>{provider.host}</dd>
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
        {executionUrl !== undefined && (
          <>
            <dt>Execution</dt>
            <dd>
              <a href={executionUrl} rel="noreferrer">
                in the AWS console
              </a>
            </dd>
          </>
        )}
        {decisions.map(({ choice, by, at }) => (
          <>
            <dt>{moment(at)}</dt>
            <dd>
              <Given text={by} /> decided: {choice}
            </dd>
          </>
        ))}
        {earlier.map(({ error, reason, at }) => (
          <>
            <dt>{moment(at)}</dt>
            <dd>
              {error}: {printable(reason)}
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}
