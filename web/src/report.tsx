import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/session.css';
import './styles/machine.css';
import './styles/files.css';
import './styles/ledger.css';
import './styles/timeline.css';
import './styles/report.css';
import { SessionPicture, type Whole } from './parts/session-picture.tsx';
import { moment, shortId } from './words/format.ts';

/** One session as it was when the report was made: the view of the page, with its data inside and nothing to press. */
function Report({ session, timeline, madeAt }: Whole & { madeAt: string }) {
  return (
    <main>
      <p class="crumb">
        Chirpsmith, session {shortId(session.sessionId)}, as it was on {moment(madeAt)}
      </p>
      <SessionPicture session={session} timeline={timeline} isReport={true} />
    </main>
  );
}

const data: unknown = JSON.parse(document.getElementById('data')?.textContent ?? 'null');
const whole = data as Whole & { madeAt: string };
document.title = `${whole.session.name} · Chirpsmith`;
render(<Report {...whole} />, document.body);
