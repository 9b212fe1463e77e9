import { timingSafeEqual } from 'node:crypto';
import { ok, Refusal } from './envelope.ts';

/** One token, of a user or of an account; what an account's token may not do at a user's door is how clients tell them apart. */
export interface Access {
  /** @throws {Refusal} 9106 without a token, 6003 for one that cannot be one, 10000 for a wrong one */
  check(request: Request): void;
  /** `GET /user/tokens/verify` and `GET /accounts/{id}/tokens/verify`. */
  verify(request: Request, door: 'user' | 'account'): Response;
  readonly kind: 'user' | 'account';
}

// New tokens say what they are; the old ones are 40 characters.
const SHAPE = /^(?:cf[a-z]t_[A-Za-z0-9_-]{20,}|[A-Za-z0-9_-]{40})$/u;
const TOKEN_ID = 'ed17574386854bf78a67040be0a770b0';

export function createAccess(token: string): Access {
  const kind = token.startsWith('cfat_') ? 'account' : 'user';
  const isKnown = (request: Request): boolean => equal(bearer(request), token);
  return {
    kind,
    check(request) {
      const given = bearer(request);
      if (given === '') throw new Refusal(400, 9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers');
      if (isKnown(request)) return;
      if (!SHAPE.test(given)) throw new Refusal(400, 6003, 'Invalid request headers', [{ code: 6111, message: 'Invalid format for Authorization header' }]);
      throw new Refusal(401, 10000, 'Authentication error');
    },
    verify(request, door) {
      if (bearer(request) === '') this.check(request);
      if (!isKnown(request) || door !== kind) throw new Refusal(401, 1000, 'Invalid API Token');
      return ok({ id: TOKEN_ID, status: 'active' });
    },
  };
}

export function bearer(request: Request): string {
  return /^bearer\s+(?<token>.+)$/iu.exec(request.headers.get('authorization') ?? '')?.groups?.['token']?.trim() ?? '';
}

function equal(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}
