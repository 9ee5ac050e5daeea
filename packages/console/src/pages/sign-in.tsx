import { ApiError } from '@fleetune/api/client';
import { type FormEvent, useState } from 'react';
import { clientFor } from '../data/api.js';
import { signIn } from '../data/session.js';
import { Notice } from '../design/notice.js';

/** Takes the token, and tries it before it lets anybody in. */
export function SignIn({ ended }: { readonly ended: string | undefined }) {
  const [problem, setProblem] = useState(ended);
  const [trying, setTrying] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token')).trim();
    if (token === '') return setProblem('Give the token first.');
    setTrying(true);
    try {
      await clientFor(token).listTuningJobs({ maxResults: 1 });
      signIn(token);
    } catch (error) {
      setProblem(refusal(error));
      setTrying(false);
    }
  }
  return (
    <main className="page sign-in">
      <h1>Fleetune</h1>
      <form className="stack" onSubmit={submit}>
        <p>
          The console needs the server’s token. <code>fleetune up</code> prints it; it also stands as <code>token</code>{' '}
          in the data folder’s <code>endpoint.json</code>.
        </p>
        {problem === undefined ? null : <Notice kind="danger">{problem}</Notice>}
        <label className="field">
          <span>Token</span>
          <input className="input" name="token" type="password" autoComplete="current-password" spellCheck={false} />
        </label>
        <button className="button button-primary" type="submit" disabled={trying}>
          {trying ? 'Signing in …' : 'Sign in'}
        </button>
        <p className="quiet">It is kept in this tab only, and forgotten when the tab is closed.</p>
      </form>
    </main>
  );
}

function refusal(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) {
    return 'The server does not know this token. Copy it again, whole and without quotes.';
  }
  return error instanceof Error ? error.message : String(error);
}
