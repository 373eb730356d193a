import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Bird, Icon } from '../parts/icon.tsx';
import { signIn, signInNote } from '../sign-in.ts';

export function SignInView() {
  const problem = useSignal('');
  const isLeaving = useSignal(false);
  useEffect(() => {
    document.title = 'Sign in · Chirpsmith';
  }, []);
  const go = async () => {
    isLeaving.value = true;
    try {
      await signIn();
    } catch (error) {
      isLeaving.value = false;
      problem.value = `The sign-in page cannot be found: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const note = problem.value || signInNote.value;
  return (
    <div class="mid-c">
      <section class="card">
        <Bird />
        <h1>Sign in to Chirpsmith</h1>
        {note && (
          <p class="note" role="alert">
            <Icon name="clock" />
            <span>{note}</span>
          </p>
        )}
        <p class="mid">
          You go to the sign-in page of this stage and come back here. This page never sees your password.
        </p>
        <button type="button" class="btn pri" disabled={isLeaving.value} onClick={() => void go()}>
          <Icon name="key" />
          Continue to sign in
        </button>
        <p class="hint">No account? Ask the operator of this stage for an invitation.</p>
      </section>
    </div>
  );
}
