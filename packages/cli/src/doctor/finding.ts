/** What one check found, and what to do about it. */
export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** Given for `warn` and `fail`. */
  readonly advice?: string;
}

export function ok(check: string, found: string): Finding {
  return { check, level: 'ok', found };
}

export function warn(check: string, found: string, advice: string): Finding {
  return { check, level: 'warn', found, advice };
}

export function fail(check: string, found: string, advice: string): Finding {
  return { check, level: 'fail', found, advice };
}
