/** The code of a failed system call, such as `ENOENT`. */
export function faultCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** For `catch`: undefined where nothing lies at the path. */
export function undefinedIfMissing(error: unknown): undefined {
  const code = faultCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return undefined;
  throw error;
}
