/** Why a provider could not tell us what we asked. */
export type ProviderCode = 'unauthorized' | 'forbidden' | 'not-found' | 'rate-limited' | 'unavailable' | 'unexpected-answer';

/** A read of a provider that gave no answer; the message says who answered what, never a credential. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: ProviderCode;

  constructor(code: ProviderCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function codeOfStatus(status: number): ProviderCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 429) return 'rate-limited';
  return status >= 500 ? 'unavailable' : 'unexpected-answer';
}
