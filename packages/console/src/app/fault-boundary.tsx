import { Component, type ReactNode } from 'react';
import { ErrorNotice } from '../design/notice.js';

/** Shows what broke a page in place of the page; the rest goes on. */
export class FaultBoundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <main className="page">
        <ErrorNotice what="This page broke." error={this.state.error} />
        <p>
          <button type="button" className="button" onClick={() => location.reload()}>
            Load it again
          </button>
        </p>
      </main>
    );
  }
}
