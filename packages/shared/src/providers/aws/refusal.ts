import { processRedactor } from '../../secrets/index.ts';
import { ProviderError, type ProviderCode } from '../error.ts';

/** The clients' names of what AWS says (measured): the same text may come from STS and from Secrets Manager. */
const CODES: Readonly<Record<string, ProviderCode>> = {
  AccessDenied: 'forbidden',
  AccessDeniedException: 'forbidden',
  InvalidIdentityTokenException: 'forbidden',
  ResourceNotFoundException: 'not-found',
  ExpiredToken: 'unauthorized',
  ExpiredTokenException: 'unauthorized',
  InvalidClientTokenId: 'unauthorized',
  UnrecognizedClientException: 'unauthorized',
  InvalidSignatureException: 'unauthorized',
  SignatureDoesNotMatch: 'unauthorized',
  CredentialsProviderError: 'unauthorized',
  Throttling: 'rate-limited',
  ThrottlingException: 'rate-limited',
  InvalidRequestException: 'not-found',
  DecryptionFailure: 'forbidden',
};

/** What AWS's client threw, as who said what; its own words, cut. A cancel stays a cancel. */
export function refusal(what: string, thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'AbortError') return error;
  const words = processRedactor.redact(error.message).replaceAll(/\s+/gu, ' ').trim().slice(0, 300);
  return new ProviderError(CODES[error.name] ?? 'unavailable', `${what}: ${error.name}${words === '' || words === error.name ? '' : `, ${words}`}`);
}
