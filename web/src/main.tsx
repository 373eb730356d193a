import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/sign-in.css';
import './styles/sessions.css';
import './styles/session.css';
import './styles/machine.css';
import './styles/files.css';
import './styles/ledger.css';
import './styles/timeline.css';
import './styles/decide.css';
import './styles/models.css';
import './styles/new-model.css';
import { App } from './app.tsx';
import { applyTheme } from './theme.ts';

applyTheme();
render(<App />, document.body);
