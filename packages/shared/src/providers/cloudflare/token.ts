import { z } from 'zod';
import { ProviderError } from '../error.ts';
import { caller, type CloudflareClientOptions } from './call.ts';

/** What Cloudflare says of a token: whose it is, and whether it works. What it may do is not among it. */
export interface TokenState {
  readonly kind: 'user' | 'account';
  readonly status: 'active' | 'disabled' | 'expired';
  /** Milliseconds since 1970; null: it does not end. */
  readonly endsAt: number | null;
  /** Milliseconds since 1970; null: it works already. */
  readonly beginsAt: number | null;
}

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)).nullish().transform((at) => at ?? null);
const state = z.object({ status: z.enum(['active', 'disabled', 'expired']), expires_on: time, not_before: time });

/**
 * A user's token is verified at one door, an account's own at another, and each is "Invalid API Token" at the other's. New tokens say which they are
 * (`cfut_`, `cfat_`); of an old one both doors are tried, and only then it is called invalid.
 * @throws {ProviderError} `unauthorized`: neither door knows it
 * @see https://developers.cloudflare.com/fundamentals/api/get-started/account-owned-tokens/
 */
export async function verifyCloudflareToken(options: CloudflareClientOptions): Promise<TokenState> {
  const call = caller(options);
  const at = async (kind: TokenState['kind']): Promise<TokenState> => {
    const path = kind === 'user' ? 'user/tokens/verify' : `accounts/${encodeURIComponent(options.accountId)}/tokens/verify`;
    const { status, expires_on: endsAt, not_before: beginsAt } = await call({ method: 'GET', path, what: 'the state of the token', shape: state });
    return { kind, status, endsAt, beginsAt };
  };
  const value = options.token.reveal();
  if (value.startsWith('cfat_')) return at('account');
  if (value.startsWith('cfut_')) return at('user');
  try {
    return await at('user');
  } catch (error) {
    if (!(error instanceof ProviderError) || (error.code !== 'unauthorized' && error.code !== 'forbidden')) throw error;
    return at('account');
  }
}
