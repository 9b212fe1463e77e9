import { randomBytes } from 'node:crypto';
import { AwsRefusal } from './refusal.ts';
import { isSignedBy, readSignature } from './signature.ts';

/** Who may read what, by the keys that they sign with. */
export interface Principal {
  readonly arn: string;
  /** Names of secrets; `*` is all of them. */
  readonly secrets: readonly string[];
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** '' for a user's own keys, which do not end. */
  readonly sessionToken: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

export type NewPrincipal = Pick<Principal, 'arn' | 'secrets'> & { readonly session: { readonly seconds: number } | null };

/** Every key that was given out. */
export interface Keys {
  issue(principal: NewPrincipal): Principal;
  /** Who signed the request. @throws {AwsRefusal} as the service says it */
  signer(request: Request, body: string, service: 'sts' | 'secretsmanager'): Principal;
}

// AWS takes a clock that is five minutes off, and no more.
const SKEW_MS = 300_000;

export function createKeys(now: () => number): Keys {
  const keys = new Map<string, Principal>();
  return {
    issue({ session, ...principal }) {
      const issued: Principal = {
        ...principal,
        accessKeyId: `${session === null ? 'AKIA' : 'ASIA'}${randomBytes(8).toString('hex').toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: session === null ? '' : randomBytes(96).toString('base64'),
        endsAt: session === null ? Number.POSITIVE_INFINITY : now() + session.seconds * 1000,
      };
      keys.set(issued.accessKeyId, issued);
      return issued;
    },
    signer(request, body, service) {
      const isSts = service === 'sts';
      const refuse = (code: [sts: string, manager: string], message: string): AwsRefusal => new AwsRefusal(code[isSts ? 0 : 1], isSts ? 403 : 400, message);
      const signed = readSignature(request.headers.get('authorization') ?? '');
      if (signed === null) throw refuse(['MissingAuthenticationToken', 'MissingAuthenticationTokenException'], 'Request is missing Authentication Token');
      const principal = keys.get(signed.accessKeyId);
      const wrongKey = refuse(['InvalidClientTokenId', 'UnrecognizedClientException'], 'The security token included in the request is invalid.');
      if (principal === undefined || (request.headers.get('x-amz-security-token') ?? '') !== principal.sessionToken) throw wrongKey;
      if (principal.endsAt < now()) throw refuse(['ExpiredToken', 'ExpiredTokenException'], 'The security token included in the request is expired');
      const mismatch = (why: string): AwsRefusal => refuse(['SignatureDoesNotMatch', 'InvalidSignatureException'], why);
      const { hostname } = new URL(request.url);
      if (signed.service !== service || !hostname.startsWith(`${service}.${signed.region}.`)) throw mismatch(`Credential should be scoped to a valid region and to ${service}.`);
      if (!isSignedBy(principal.secretAccessKey, signed, request, body)) throw mismatch('The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.');
      const at = request.headers.get('x-amz-date') ?? '';
      if (Math.abs(timeOf(at) - now()) > SKEW_MS) throw mismatch(`Signature expired: ${at} is now earlier than the allowed time`);
      return principal;
    },
  };
}

/** 20261126T101500Z. */
function timeOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z'));
}
