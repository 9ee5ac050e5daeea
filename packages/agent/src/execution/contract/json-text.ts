/** A JSON value together with the text it was read from, whose numbers keep digits that JavaScript would round. */
export interface JsonText {
  readonly json: string;
  readonly value: unknown;
}

/** Text that is JSON as its value, any other text as a string. */
export function parseJsonText(text: string): JsonText {
  try {
    return { json: text, value: JSON.parse(text) };
  } catch {
    return { json: JSON.stringify(text), value: text };
  }
}
