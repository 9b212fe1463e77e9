import { UserError } from '../../action/errors.ts';
import { processRedactor, Secret } from '../../secrets/index.ts';

export interface RegistryLogin {
  username: string;
  password: Secret;
}

/**
 * What a registry takes for a token: Fly's wants user `x` (any would do) and the token without its scheme, as flyctl sends it.
 * @throws {UserError} a token that no HTTP header can carry
 */
export function loginOf(token: Secret, username = 'x'): RegistryLogin {
  const value = token.reveal().replace(/^FlyV1\s+/, '');
  if (/\p{Cc}/u.test(value)) throw new UserError('The registry token has a line break or another invisible character in it. Give the token alone, as `fly tokens create deploy` prints it.');
  if (!/^[\x21-\x39\x3b-\x7e]+$/.test(username)) throw new UserError(`The registry's user name is ${JSON.stringify(username)}. Allowed: printable ASCII characters but ":"; Fly's registry takes any, as x.`);
  return { username, password: new Secret(value) };
}

/**
 * One login that reaches what both reach: Fly's tokens are lists of macaroons joined by commas, which flyctl itself sends. null where there is nothing to
 * join. Whether Fly's registry takes a list across apps is not documented: a refusal only means that layers go another way.
 */
export function joinedLogin(host: string, own: RegistryLogin, other: RegistryLogin): RegistryLogin | null {
  if (host !== 'registry.fly.io' || own.password.reveal() === other.password.reveal()) return null;
  const password = `${own.password.reveal()},${other.password.reveal()}`;
  processRedactor.register(password);
  return { username: own.username, password: new Secret(password) };
}

/** `user:password` in base64, as Basic and docker's configuration have it; known to the redactor. */
export function encodedLogin({ username, password }: RegistryLogin): string {
  const encoded = Buffer.from(`${username}:${password.reveal()}`).toString('base64');
  processRedactor.register(encoded);
  return encoded;
}

export function authorizationHeader(scheme: 'Basic' | 'Bearer', credential: string): Secret {
  processRedactor.register(credential);
  return new Secret(`${scheme} ${credential}`);
}
