import { useState } from 'react';

/** Text to read and to copy. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="code-block" aria-label={label} tabIndex={0}>
      <button type="button" className="button button-small code-copy" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </button>
      <pre>{text}</pre>
    </section>
  );
}
