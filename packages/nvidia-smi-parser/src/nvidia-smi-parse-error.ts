/** The text is not the XML that `nvidia-smi -q -x` prints. */
export class NvidiaSmiParseError extends Error {
  override readonly name = 'NvidiaSmiParseError';
  constructor(fault: string) {
    super(`This is not the output of nvidia-smi -q -x: ${fault}.`);
  }
}
