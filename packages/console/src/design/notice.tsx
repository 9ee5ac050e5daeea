import type { ReactNode } from 'react';

interface NoticeProps {
  readonly kind?: 'plain' | 'warning' | 'danger';
  readonly title?: string;
  readonly children: ReactNode;
}

/** Something the reader should know now; dangers are announced by screen readers at once. */
export function Notice({ kind = 'plain', title, children }: NoticeProps) {
  return (
    <div className={`notice notice-${kind}`} role={kind === 'danger' ? 'alert' : 'status'}>
      {title === undefined ? null : <strong>{title} </strong>}
      {children}
    </div>
  );
}

/** What went wrong, in the words of whoever noticed. */
export function ErrorNotice({ error, what }: { readonly error: unknown; readonly what: string }) {
  return (
    <Notice kind="danger" title={what}>
      {error instanceof Error ? error.message : String(error)}
    </Notice>
  );
}
