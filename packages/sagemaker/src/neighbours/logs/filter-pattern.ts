import { InvalidInputError } from '../input.js';

/** Whether a message has what a filter pattern asks for. */
export type MessageFilter = (message: string) => boolean;

/**
 * Reads a filter pattern of terms: words and "quoted phrases" that must all be there, `-terms` that must not, and
 * `?terms` of which one must be. Upper and lower case differ.
 *
 * @throws InvalidInputError for patterns over JSON, columns and regular expressions.
 */
export function parseFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (/^[{[%]/.test(text)) {
    throw new InvalidInputError(
      `filterPattern: Fleetune takes terms, "quoted phrases", -terms and ?terms, not the pattern ${text}.`,
    );
  }
  const terms = [...text.matchAll(TERM)].map(([, sign, quoted, word]) => ({
    sign,
    text: quoted?.replace(/\\(.)/g, '$1') ?? word ?? '',
  }));
  const all = terms.filter(({ sign }) => sign === undefined || sign === '');
  const none = terms.filter(({ sign }) => sign === '-');
  const any = terms.filter(({ sign }) => sign === '?');
  return (message) => {
    const has = (term: { readonly text: string }) => message.includes(term.text);
    return all.every(has) && !none.some(has) && (any.length === 0 || any.some(has));
  };
}

const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g;
