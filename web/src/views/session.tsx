import { useEffect } from 'preact/hooks';
import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { type Answer, type Asking, ask, pathOf } from '../api.ts';
import { isAway } from '../live.ts';
import { Decision } from '../parts/decision.tsx';
import { lazily } from '../parts/lazily.tsx';
import { SessionActions } from '../parts/session-actions.tsx';
import { SessionPicture, type Whole } from '../parts/session-picture.tsx';
import { linkTo } from '../router.ts';
import { shortId } from '../words/format.ts';
import { groupOf } from '../words/groups.ts';
import { sentencesOf } from '../words/sentences.ts';
import { useLive } from './use-live.ts';

const UploadTray = lazily(() => import('../parts/upload-tray.tsx'));
const ReplaceFile = lazily(() => import('../parts/replace-file.tsx'));

/** Seconds, while a run goes on and the API names no pace; a session at rest may be moved on in a terminal. */
const pace = { running: 2, atRest: 15 };

/** One session: three sentences, the machine, its files, its money. */
export function SessionView({ id }: { id: string }) {
  const found = useLive<Whole>(
    (by) => loadWhole(id, by),
    ({ session }) => (groupOf(session) === 'running' ? pace.running : pace.atRest),
  );
  const whole = found.value.value;
  const session = whole?.session;
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
      ) : whole === undefined ? (
        <p class="mid">The session is asked for …</p>
      ) : (
        <Found {...whole} refresh={found.refresh} />
      )}
    </>
  );
}

async function loadWhole(id: string, by: Asking): Promise<Answer<Whole>> {
  const [session, timeline] = await Promise.all([loadSession(id, by), loadTimeline(id, by)]);
  return { body: { session: session.body, timeline }, retryAfter: session.retryAfter };
}

/** All pages of a session's timeline, as one. */
async function loadTimeline(id: string, by: Asking): Promise<TimelineAnswer> {
  const { body } = await ask<TimelineAnswer>('GET', pathOf(id, '/timeline'), by);
  const rows = [...body.rows];
  for (let after = body.nextRows; after !== undefined; ) {
    const query = `/timeline?after=${encodeURIComponent(after)}`;
    const page = await ask<TimelineAnswer>('GET', pathOf(id, query), by);
    rows.push(...page.body.rows);
    after = page.body.nextRows;
  }
  return { ...body, rows };
}

/** All pages of a session's files, as one. */
async function loadSession(id: string, by: Asking): Promise<Answer<SessionPageAnswer>> {
  const first = await ask<SessionPageAnswer>('GET', pathOf(id), by);
  const tracks = [...first.body.tracks];
  for (let after = first.body.nextTracks; after !== undefined; ) {
    const query = `?after=${encodeURIComponent(after)}`;
    const page = await ask<SessionPageAnswer>('GET', pathOf(id, query), by);
    tracks.push(...page.body.tracks);
    after = page.body.nextTracks;
  }
  return { body: { ...first.body, tracks }, retryAfter: first.retryAfter };
}

function Found({ session, timeline, refresh }: Whole & { refresh(): void }) {
  const acts = {
    // Not taken away with the buttons: a request that is asked for again must keep its key.
    buttons: <SessionActions session={session} isHidden={isAway.value} done={refresh} />,
    below: (
      <>
        {session.actions.includes('decide') && (
          <div hidden={isAway.value}>
            <Decision session={session} timeline={timeline} done={refresh} />
            <SessionActions session={session} part="last" isHidden={isAway.value} done={refresh} />
          </div>
        )}
        {hasFilesToSend(session) && <UploadTray session={session} done={refresh} />}
      </>
    ),
    replace: (track: SessionPageAnswer['tracks'][number], close: () => void) => (
      <ReplaceFile
        sessionId={session.sessionId}
        track={track}
        done={() => {
          close();
          refresh();
        }}
      />
    ),
  };
  return <SessionPicture session={session} timeline={timeline} acts={acts} />;
}

/** Only before a run, and only files that nothing has looked at: the server is asked which of them are there. */
const hasFilesToSend = ({ actions, tracks }: SessionPageAnswer) =>
  (actions.includes('start') || actions.includes('resume')) &&
  tracks.some(({ status }) => status === 'declared');
