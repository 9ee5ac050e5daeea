/** The job's description cannot work; trying again cannot help. Ends the attempt as ClientError. */
export class ClientFault extends Error {
  override readonly name = 'ClientFault';
}

/** The program did something it must not. Ends the attempt as AlgorithmError. */
export class AlgorithmFault extends Error {
  override readonly name = 'AlgorithmFault';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
