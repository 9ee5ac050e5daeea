import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useLiveUpdates } from '../data/live-updates.js';
import { signOut } from '../data/session.js';
import { chooseTheme, type ThemeChoice, useTheme } from '../design/theme.js';
import { addresses } from './addresses.js';
import { ShortcutsHelp } from './shortcuts-help.js';
import { useShortcuts } from './use-shortcuts.js';

const PLACES = [
  { title: 'Tuning jobs', address: addresses.tuningJobs },
  { title: 'Fleet', address: addresses.fleet },
  { title: 'New tuning job', address: addresses.create },
] as const;

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'light', light: 'dark', dark: 'system' };

/** What is around every page: the way to the others, whether the page is live, the theme. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location, navigate] = useLocation();
  const connection = useLiveUpdates(watchedTuningJob(location));
  const { choice } = useTheme();
  const [helping, setHelping] = useState(false);
  const changeTheme = () => chooseTheme(NEXT_THEME[choice]);
  useShortcuts({
    '?': () => setHelping(true),
    '/': focusSearch,
    n: () => navigate(addresses.create),
    t: () => navigate(addresses.tuningJobs),
    f: () => navigate(addresses.fleet),
    d: changeTheme,
  });
  return (
    <>
      <a className="hidden-text" href="#content">
        Skip to the content
      </a>
      <header className="shell-header">
        <Link href={addresses.tuningJobs} className="shell-brand">
          <img src="/favicon.svg" alt="" width="22" height="22" />
          Fleetune
        </Link>
        <nav className="shell-nav" aria-label="Pages">
          {PLACES.map(({ title, address }) => (
            <Link key={address} href={address} aria-current={location === address ? 'page' : undefined}>
              {title}
            </Link>
          ))}
        </nav>
        <div className="shell-tools">
          <span className={`badge badge-${connection} quiet`} role="status">
            {connection}
          </span>
          <button type="button" className="button button-small" onClick={changeTheme}>
            Theme: {choice}
          </button>
          <button type="button" className="button button-small" aria-label="Keyboard" onClick={() => setHelping(true)}>
            ?
          </button>
          <button type="button" className="button button-small" onClick={() => signOut()}>
            Sign out
          </button>
        </div>
      </header>
      <div id="content" tabIndex={-1}>
        {children}
      </div>
      {helping ? <ShortcutsHelp onClose={() => setHelping(false)} /> : null}
    </>
  );
}

/** The tuning job whose training jobs the page shows, if it shows any. */
function watchedTuningJob(location: string): string | undefined {
  const name = /^\/tuning-jobs\/([^/]+)/.exec(location)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

function focusSearch(): void {
  document.querySelector<HTMLElement>('input[type="search"]')?.focus();
}
