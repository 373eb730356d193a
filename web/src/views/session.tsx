import { useEffect } from 'preact/hooks';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { type Answer, ask, pathOf } from '../api.ts';
import { away } from '../live.ts';
import { Decision } from '../parts/decision.tsx';
import { Files } from '../parts/files.tsx';
import { lazily } from '../parts/lazily.tsx';
import { Ledger } from '../parts/ledger.tsx';
import { Machine } from '../parts/machine.tsx';
import { Meter } from '../parts/meter.tsx';
import { SessionActions } from '../parts/session-actions.tsx';
import { StatusPill } from '../parts/status-pill.tsx';
import { linkTo } from '../router.ts';
import { underWay } from '../uploads/under-way.ts';
import { counted, moment, printable, shortId } from '../words/format.ts';
import { groupOf } from '../words/groups.ts';
import { sentencesOf } from '../words/sentences.ts';
import { tallyOf } from '../words/tally.ts';
import { useLive } from './use-live.ts';

const UploadTray = lazily(() => import('../parts/upload-tray.tsx'));

/** Seconds, while a run goes on and the API names no pace; a session at rest may be moved on in a terminal. */
const pace = { running: 2, atRest: 15 };

/** One session: three sentences, the machine, its files, its money. */
export function SessionView({ id }: { id: string }) {
  const found = useLive<SessionPageAnswer>(
    (signal) => loadSession(id, signal),
    (session) => (groupOf(session) === 'running' ? pace.running : pace.atRest),
  );
  const session = found.value.value;
  const refusal = found.refusal.value;
  const lead = session === undefined ? '' : sentencesOf(session).happened;
  useEffect(() => {
    document.title = session === undefined ? 'Session · Chirpsmith' : `${lead} ${session.name} · Chirpsmith`;
  }, [lead, session?.name]);
  return (
    <>
      <nav class="crumb" aria-label="Where you are">
        <a href={linkTo.sessions}>Sessions</a> / {shortId(id)}
      </nav>
      {refusal !== undefined ? (
        <section class="card empty">
          <h1>
            {refusal.status === 404 ? 'There is no such session, or it is not yours.' : refusal.message}
          </h1>
        </section>
      ) : session === undefined ? (
        <p class="mid">The session is asked for …</p>
      ) : (
        <Found session={session} refresh={found.refresh} />
      )}
    </>
  );
}

/** All pages of a session's files, as one. */
async function loadSession(id: string, signal: AbortSignal): Promise<Answer<SessionPageAnswer>> {
  const first = await ask<SessionPageAnswer>('GET', pathOf(id), { signal });
  const tracks = [...first.body.tracks];
  for (let after = first.body.nextTracks; after !== undefined; ) {
    const query = `?after=${encodeURIComponent(after)}`;
    const page = await ask<SessionPageAnswer>('GET', pathOf(id, query), { signal });
    tracks.push(...page.body.tracks);
    after = page.body.nextTracks;
  }
  return { body: { ...first.body, tracks }, retryAfter: first.retryAfter };
}

function Found({ session, refresh }: { session: SessionPageAnswer; refresh(): void }) {
  const { name, status, kind, createdAt, startedBy, failure, earlierFailures = [], tracks } = session;
  const { happened, cost, now } = sentencesOf(session);
  const tally = tallyOf(tracks);
  const sent = underWay.value.get(session.sessionId);
  const mayAct = away.value === undefined;
  return (
    <>
      <section class="card hero" aria-labelledby="lead">
        <div class="ttl">
          <h1>
            <bdi>{name}</bdi>
          </h1>
          <StatusPill status={status} />
          <span class="end">
            {startedWords[startedBy]}, {moment(createdAt)}
          </span>
        </div>
        <div>
          <p class="sum" id="lead" role="status">
            {sent === undefined
              ? happened
              : `${sent.there.toLocaleString('en')} of ${counted(sent.all, 'file')} ${sent.all === 1 ? 'is' : 'are'} in your storage.`}
          </p>
          <dl class="facts">
            <dt>Cost so far</dt>
            <dd>{cost}</dd>
            <dt>What now</dt>
            <dd>{sent === undefined ? now : 'Leave this page open until the last file is there.'}</dd>
          </dl>
          {mayAct && <SessionActions session={session} done={refresh} />}
        </div>
        {tracks.length > 0 && <Meter tracks={tracks} tally={tally} />}
        {failure !== undefined && (
          <div class="why">
            <h2>{status === 'cancelled' ? 'What was recorded' : 'The reason, as it was recorded'}</h2>
            <blockquote>{printable(failure.reason)}</blockquote>
          </div>
        )}
      </section>
      {session.actions.includes('decide') && mayAct && <Decision session={session} done={refresh} />}
      {hasFilesToSend(session) && <UploadTray session={session} done={refresh} />}
      <Machine session={session} />
      {kind === 'music' ? (
        <Takes session={session} />
      ) : (
        <Files session={session} tally={tally} done={refresh} />
      )}
      <div class="two">
        <Ledger session={session} tally={tally} />
        <Record session={session} earlier={earlierFailures} />
      </div>
    </>
  );
}

/** Only before a run, and only files that nothing has looked at: the server is asked which of them are there. */
const hasFilesToSend = ({ actions, tracks }: SessionPageAnswer) =>
  (actions.includes('start') || actions.includes('resume')) &&
  tracks.some(({ status }) => status === 'declared');

const startedWords = {
  api: 'Started by you',
  manifest: 'Started by a manifest in the inbox',
  console: 'Started in the AWS console',
} as const;

function Takes({ session: { sessionId, music } }: { session: SessionPageAnswer }) {
  const clips = music?.clips ?? [];
  return (
    <section class="card" aria-labelledby="takes">
      <div class="head">
        <h2 id="takes">Takes</h2>
        <a class="btn sm" href={linkTo.music(sessionId)}>
          Hear and save them
        </a>
      </div>
      <ul class="plain">
        {clips.map(({ clipId, title, hasAudio, locked, trouble }) => (
          <li key={clipId}>
            <bdi>{title ?? clipId}</bdi>
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
}: {
  session: SessionPageAnswer;
  earlier: NonNullable<SessionPageAnswer['earlierFailures']>;
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
            <dd class="mono">
              <a href={linkTo.model(modelId)}>{modelId}</a>
            </dd>
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
              confirmed by <bdi>{rights.confirmedBy}</bdi>, {moment(rights.confirmedAt)}
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
              <bdi>{by}</bdi> decided: {choice}
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
