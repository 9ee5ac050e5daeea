import { useSyncExternalStore } from 'react';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

const STORED_AS = 'fleetune-theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

/** Puts the theme on the page, and keeps it there when the system changes its mind. */
export function startTheme(): void {
  systemIsDark.addEventListener('change', apply);
  apply();
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(STORED_AS, choice);
  apply();
}

/** What was chosen and what it comes to now. */
export function useTheme(): { readonly choice: ThemeChoice; readonly theme: Theme } {
  const text = useSyncExternalStore(subscribe, () => `${chosen()} ${resolved()}`);
  const [choice, theme] = text.split(' ') as [ThemeChoice, Theme];
  return { choice, theme };
}

function chosen(): ThemeChoice {
  const stored = localStorage.getItem(STORED_AS);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function resolved(): Theme {
  const choice = chosen();
  if (choice !== 'system') return choice;
  return systemIsDark.matches ? 'dark' : 'light';
}

function apply(): void {
  document.documentElement.dataset.theme = resolved();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
