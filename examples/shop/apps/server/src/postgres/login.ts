import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** The answer to AuthenticationMD5Password. */
export function md5Password(user: string, password: string, salt: Buffer): string {
  const inner = createHash('md5').update(password + user).digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}

export interface Scram {
  readonly first: string;
  /** The client's last message for the server's first one. */
  prove(serverFirst: string): string;
  /** Throws unless the server knows the password too. */
  check(serverFinal: string): void;
}

/** SCRAM-SHA-256 without channel binding. @see RFC 5802, RFC 7677 */
export function scram(password: string): Scram {
  const bare = `n=,r=${randomBytes(18).toString('base64')}`;
  let expected = '';
  return {
    first: `n,,${bare}`,
    prove: (serverFirst) => {
      const { r: nonce = '', s: salt = '', i: iterations = '' } = attributes(serverFirst);
      if (!nonce.startsWith(bare.slice('n=,r='.length))) throw new Error('postgres: the server answered with a foreign nonce');
      const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
      const clientKey = hmac(salted, 'Client Key');
      const message = `${bare},${serverFirst},c=biws,r=${nonce}`;
      const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
      expected = hmac(hmac(salted, 'Server Key'), message).toString('base64');
      return `c=biws,r=${nonce},p=${Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64')}`;
    },
    check: (serverFinal) => {
      if (attributes(serverFinal)['v'] !== expected) throw new Error('postgres: the server could not prove that it knows the password');
    },
  };
}

function attributes(message: string): Record<string, string> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
