export { canonicalPath } from './canonical-path.js';
export { ChunkSignatures } from './chunk-signatures.js';
export type { PayloadExpectation } from './payload-expectation.js';
export { claimedSigningName, type SignedRequest } from './presented-signature.js';
export * from './signature-errors.js';
export {
  type SigningService,
  type VerifiedSignature,
  type VerifyOptions,
  verifySignature,
} from './verify-signature.js';
