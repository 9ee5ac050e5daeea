const MAX_CHARACTERS = 1024;

/** A reason within the length that the API model allows. */
export function failureReason(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : [...reason].slice(0, MAX_CHARACTERS).join('');
}
