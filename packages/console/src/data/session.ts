import { useSyncExternalStore } from 'react';
import { tokenInFragment } from './token-in-fragment.js';

export interface Session {
  readonly token: string | undefined;
  /** Why the reader has to sign in again, where there was a session before. */
  readonly ended: string | undefined;
}

const STORED_AS = 'fleetune-token';
const listeners = new Set<() => void>();
let session: Session = { token: undefined, ended: undefined };

/** Takes up the token of this tab: from the address, where it is removed at once, or from before. */
export function startSession(): void {
  const given = tokenInFragment(location.hash);
  if (given !== undefined) {
    sessionStorage.setItem(STORED_AS, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  session = { token: sessionStorage.getItem(STORED_AS) ?? undefined, ended: undefined };
}

export function signIn(token: string): void {
  sessionStorage.setItem(STORED_AS, token);
  change({ token, ended: undefined });
}

export function signOut(ended?: string): void {
  sessionStorage.removeItem(STORED_AS);
  change({ token: undefined, ended });
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

function change(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}
