import { randomBytes, timingSafeEqual } from 'node:crypto';
import { ok, Refusal } from './envelope.ts';
import { areaOf, type Permission } from './permissions.ts';

/** A token as somebody made it in the dashboard. */
export interface NewToken {
  readonly kind: 'user' | 'account';
  /** Without a prefix, as tokens were before 2026: it does not say whose it is. */
  readonly isOld?: boolean;
  readonly status?: 'active' | 'disabled' | 'expired';
  /** RFC 3339. */
  readonly expiresOn?: string;
  readonly notBefore?: string;
  /** Without them, it may do everything; [] is nothing. */
  readonly permissions?: readonly Permission[];
  /** It is made for another account, which is not modelled. */
  readonly isElsewhere?: boolean;
}

/** The tokens, of users or of the account; what an account's token may not do at a user's door is how clients tell them apart. */
export interface Access {
  issue(token: NewToken): string;
  /** @throws {Refusal} 9106 without a token, 6003 for one that cannot be one, 10000 for a wrong one and for one that may not do this */
  check(request: Request): void;
  /** `GET /user/tokens/verify` and `GET /accounts/{id}/tokens/verify`. */
  verify(request: Request, door: 'user' | 'account'): Response;
  kindOf(request: Request): 'user' | 'account';
}

// New tokens say what they are; the old ones are 40 characters.
const SHAPE = /^(?:cf[a-z]t_[A-Za-z0-9_-]{20,}|[A-Za-z0-9_-]{40})$/u;
const TOKEN_ID = 'ed17574386854bf78a67040be0a770b0';

/** @param token the world's own, which may do everything; `cfat_…` is the account's */
export function createAccess(token: string): Access {
  const tokens = new Map<string, NewToken>([[token, { kind: token.startsWith('cfat_') ? 'account' : 'user' }]]);
  const known = (request: Request): NewToken | undefined => [...tokens].find(([one]) => equal(bearer(request), one))?.[1];
  return {
    issue(made) {
      const random = randomBytes(30).toString('base64url');
      const text = made.isOld === true ? random : `${made.kind === 'user' ? 'cfut' : 'cfat'}_${random}`;
      tokens.set(text, made);
      return text;
    },
    kindOf: (request) => known(request)?.kind ?? 'user',
    check(request) {
      const given = bearer(request);
      if (given === '') throw new Refusal(400, 9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers');
      const found = known(request);
      if (found === undefined && !SHAPE.test(given)) throw new Refusal(400, 6003, 'Invalid request headers', [{ code: 6111, message: 'Invalid format for Authorization header' }]);
      if (found === undefined || (found.status ?? 'active') !== 'active') throw new Refusal(401, 10000, 'Authentication error');
      if (!mayDo(found, request)) throw new Refusal(403, 10000, 'Authentication error');
    },
    verify(request, door) {
      if (bearer(request) === '' || !SHAPE.test(bearer(request))) this.check(request);
      const found = known(request);
      if (found === undefined || door !== found.kind || (door === 'account' && found.isElsewhere === true)) throw new Refusal(401, 1000, 'Invalid API Token');
      const { status = 'active', expiresOn, notBefore } = found;
      return ok({ id: TOKEN_ID, status, ...(expiresOn === undefined ? {} : { expires_on: expiresOn }), ...(notBefore === undefined ? {} : { not_before: notBefore }) });
    },
  };
}

function mayDo({ permissions, isElsewhere }: NewToken, request: Request): boolean {
  const area = areaOf(new URL(request.url).pathname);
  if (isElsewhere === true && area !== null) return false;
  return permissions === undefined || area === null || permissions.includes(area);
}

export function bearer(request: Request): string {
  return /^bearer\s+(?<token>.+)$/iu.exec(request.headers.get('authorization') ?? '')?.groups?.['token']?.trim() ?? '';
}

function equal(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}
