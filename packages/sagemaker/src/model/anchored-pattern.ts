const compiled = new Map<string, RegExp>();

/** The JavaScript expression for a pattern of the API model, which is Java's and speaks of the whole value. */
export function anchoredPattern(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const expression = new RegExp(`^(?:${pattern.replaceAll('\\p{Alnum}', 'a-zA-Z0-9')})$`, 'u');
  compiled.set(pattern, expression);
  return expression;
}
