/**
 * S3's order of keys: that of their UTF-8 bytes. It differs from JavaScript's only where characters above U+FFFF meet
 * those just below.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Halves of characters above U+FFFF come after all other code units. */
function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}

/** Comes after every key that begins with `prefix`. */
export function afterAllOf(prefix: string): string {
  return prefix + LAST_CHARACTER;
}

const LAST_CHARACTER = '\u{10FFFF}';
