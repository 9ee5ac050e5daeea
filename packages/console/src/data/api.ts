import { ApiError, type Client, createClient } from '@fleetune/api/client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { signOut } from './session.js';

const ApiContext = createContext<Client | undefined>(undefined);

export const ApiProvider = ApiContext.Provider;

/** The API of the server that this page came from. */
export function useApi(): Client {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('useApi stands outside ApiProvider.');
  return api;
}

export function clientFor(token: string): Client {
  return createClient({ url: location.origin, token });
}

/** Answers kept for a while. What changes by itself comes in by the live updates. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: endSessionWhenRefused }),
    mutationCache: new MutationCache({ onError: endSessionWhenRefused }),
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        // What the server has decided it decides again; only silence is worth another try.
        retry: (failures, error) => !(error instanceof ApiError && error.status < 500) && failures < 3,
      },
    },
  });
}

export function endSessionWhenRefused(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  signOut('The server does not know this token (any more). Sign in with the one that it has now.');
}
