import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed request says of its signature. */
export interface Signed {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly headers: readonly string[];
  readonly signature: string;
}

export function readSignature(authorization: string): Signed | null {
  const [, accessKeyId, date, region, service, headers, signature] = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/u.exec(authorization) ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined || headers === undefined || signature === undefined) return null;
  return { accessKeyId, date, region, service, headers: headers.split(';'), signature };
}

/**
 * Whether the secret key signed just this request (Signature Version 4). Written here and not taken from a library: what there is signs a request in its own
 * way, and the twin is to judge what a client signed in its way; AWS's published example is the test.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedBy(secretAccessKey: string, signed: Signed, request: Pick<Request, 'method' | 'url' | 'headers'>, body: string): boolean {
  const at = request.headers.get('x-amz-date') ?? '';
  const scope = `${signed.date}/${signed.region}/${signed.service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, sha256(canonicalRequest(signed, request, body))].join('\n');
  const key = [signed.date, signed.region, signed.service, 'aws4_request'].reduce<Buffer | string>((key, part) => hmac(key, part), `AWS4${secretAccessKey}`);
  return at.startsWith(signed.date) && timingSafeEqual(hmac(key, text), Buffer.from(signed.signature, 'hex'));
}

function canonicalRequest({ headers }: Signed, request: Pick<Request, 'method' | 'url' | 'headers'>, body: string): string {
  const url = new URL(request.url);
  const query = [...url.searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).toSorted().join('&');
  // A request of fetch's has no Host header of its own.
  const lines = headers.map((name) => `${name}:${name === 'host' ? url.host : (request.headers.get(name) ?? '').trim().replaceAll(/ +/gu, ' ')}\n`);
  return [request.method, url.pathname, query, lines.join(''), headers.join(';'), sha256(body)].join('\n');
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
