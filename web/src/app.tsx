import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { AwayBanner } from './parts/away-banner.tsx';
import { Balance } from './parts/balance.tsx';
import { Given } from './parts/given.tsx';
import { Bird, Icon } from './parts/icon.tsx';
import { lazily } from './parts/lazily.tsx';
import { address, followAddress, linkTo } from './router.ts';
import { finishSignIn, signOut, user } from './sign-in.ts';
import { nextTheme, theme } from './theme.ts';
import { ModelsView } from './views/models.tsx';
import { SessionView } from './views/session.tsx';
import { SessionsView } from './views/sessions.tsx';
import { SignInView } from './views/sign-in.tsx';

const MusicView = lazily(() => import('./views/music.tsx'));
const NewModelView = lazily(() => import('./views/new-model.tsx'));

/** The page. */
export function App() {
  const isReady = useSignal(false);
  useEffect(() => {
    void finishSignIn().finally(() => {
      followAddress();
      isReady.value = true;
    });
  }, [isReady]);
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place of this page. */}
      <a class="skip" href="#main" onClick={toContent}>
        Skip to the content
      </a>
      <TopBar />
      <main id="main" tabIndex={-1}>
        {isReady.value && (user() === undefined ? <SignInView /> : <Content />)}
      </main>
    </>
  );
}

/** By script, because what is behind the `#` is the address of a view. */
function toContent(event: Event): void {
  event.preventDefault();
  document.querySelector('main')?.focus();
}

function Content() {
  return (
    <>
      <AwayBanner />
      <View />
    </>
  );
}

function View() {
  const here = address.value;
  switch (here.view) {
    case 'sessions':
      return <SessionsView />;
    case 'session':
      return <SessionView key={here.id} id={here.id} />;
    case 'new':
      return <NewModelView />;
    case 'music':
      return <MusicView key={location.hash} id={here.id} other={here.other} />;
    case 'models':
      return <ModelsView chosen={here.id} />;
    case 'unknown':
      return (
        <section class="card empty">
          <h1>There is no such page.</h1>
          <p>
            <a href={linkTo.sessions}>All sessions</a>
          </p>
        </section>
      );
  }
}

function TopBar() {
  const { view } = address.value;
  const isSignedIn = user() !== undefined;
  const current = (wanted: 'sessions' | 'models') =>
    view === wanted || (wanted === 'sessions' && view === 'session') ? 'page' : undefined;
  return (
    <header class="bar">
      <a class="brand" href={linkTo.sessions} aria-label="Chirpsmith, sessions">
        <Bird />
        <span>Chirpsmith</span>
      </a>
      {isSignedIn && (
        <nav class="nav" aria-label="Main">
          <a href={linkTo.sessions} aria-current={current('sessions')}>
            Sessions
          </a>
          <a href={linkTo.models} aria-current={current('models')}>
            Models
          </a>
        </nav>
      )}
      <span class="grow" />
      {isSignedIn && <Balance />}
      {isSignedIn && (
        <a class="btn sm new-link" href={linkTo.newModel} aria-current={view === 'new' ? 'page' : undefined}>
          <Icon name="plus" />
          <span>New model</span>
        </a>
      )}
      <ThemeButton />
      {isSignedIn && (
        <>
          <span class="who">
            <Given text={user()} />
          </span>
          <button
            type="button"
            class="ic"
            aria-label="Sign out"
            title="Sign out"
            onClick={() => void signOut()}
          >
            <Icon name="leave" />
          </button>
        </>
      )}
    </header>
  );
}

function ThemeButton() {
  const words = theme.value === 'auto' ? 'as the system' : theme.value;
  const label = `Colours: ${words}. Change`;
  return (
    <button type="button" class="ic" aria-label={label} title={label} onClick={nextTheme}>
      <Icon name={theme.value} />
    </button>
  );
}
