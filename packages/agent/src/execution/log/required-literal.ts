/** `{2}`, `{2,}` and `{2,5}`; any other brace stands for itself. */
const REPETITION = /^\{\d+(,\d*)?\}/;

/** `(?i)`: changes the meaning of all that follows. Groups with flags of their own are skipped as all groups are. */
const FLAGS = /^\(\?[a-zA-Z-]+\)/;

/**
 * The longest text that every match of an RE2 pattern must contain, or an empty string when none is certain. Searching
 * for it first is many times cheaper than running the pattern on every line.
 *
 * Only what stands outside groups, classes and repetitions is counted; a pattern with alternatives or flags at its top
 * level has none. Too short an answer costs time, never a match.
 */
export function requiredLiteral(pattern: string): string {
  // What `\Q` quotes may look like anything.
  if (pattern.includes('\\Q')) return '';
  let longest = '';
  let run = '';
  const endRun = () => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] ?? '';
    if (char === '|' || FLAGS.test(pattern.slice(at))) return '';
    if (char === '(') {
      endRun();
      at = endOfGroup(pattern, at);
    } else if (char === '[') {
      endRun();
      at = endOfClass(pattern, at);
    } else if (char === '*' || char === '?' || REPETITION.test(pattern.slice(at, at + 12))) {
      // What stands before may be missing.
      run = [...run].slice(0, -1).join('');
      endRun();
      at = char === '{' ? pattern.indexOf('}', at) + 1 : at + 1;
    } else if (char === '\\') {
      const escaped = pattern[at + 1] ?? '';
      if (/[A-Za-z0-9]/.test(escaped)) {
        // A class, an anchor, an octal or hexadecimal code: whatever it is, nothing after it is surely literal.
        endRun();
        if (!/[dDwWsSbBAz]/.test(escaped)) return longest;
      } else run += escaped;
      at += 2;
    } else {
      if ('.^$+\n'.includes(char)) endRun();
      else run += char;
      at += 1;
    }
  }
  endRun();
  return longest;
}

function endOfGroup(pattern: string, start: number): number {
  let depth = 0;
  for (let at = start; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at += 1;
    else if (char === '[') at = endOfClass(pattern, at) - 1;
    else if (char === '(') depth += 1;
    else if (char === ')' && --depth === 0) return at + 1;
  }
  return pattern.length;
}

function endOfClass(pattern: string, start: number): number {
  // A bracket right after the opening one is a member of the class.
  let at = start + (pattern[start + 1] === '^' ? 2 : 1);
  if (pattern[at] === ']') at += 1;
  for (; at < pattern.length; at++) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern.startsWith('[:', at)) at = pattern.indexOf(':]', at) + 1 || pattern.length;
    else if (pattern[at] === ']') return at + 1;
  }
  return pattern.length;
}
