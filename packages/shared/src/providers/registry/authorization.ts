import { z } from 'zod';
import type { HttpClient, HttpRequest, HttpResult } from '../../net/index.ts';
import { processRedactor, Secret } from '../../secrets/index.ts';

export interface AuthorizedCall {
  (request: Omit<HttpRequest, 'deadlineMs'>): Promise<HttpResult>;
}

const callMs = 30_000;
const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Sends the real request first and answers its challenge: Bearer before Basic. The credential is remembered for the next call. */
export function authorized(options: { http: HttpClient; token: Secret; host: string; scope: string }): AuthorizedCall {
  const basic = basicCredential(options.token);
  let credential: Secret | null = null;
  return async (request) => {
    const send = (): Promise<HttpResult> => options.http.request({ ...request, deadlineMs: callMs, headers: { ...request.headers, ...(credential === null ? {} : { authorization: credential }) } });
    const first = await send();
    if (first.kind !== 'response' || first.status !== 401) return first;
    const answer = await answerChallenge(first.headers['www-authenticate'] ?? '');
    if (answer === null) return first;
    credential = answer;
    return send();
  };

  async function answerChallenge(challenge: string): Promise<Secret | null> {
    const bearer = /(?:^|,\s*)bearer\s+(.*)$/i.exec(challenge)?.[1];
    if (bearer === undefined) return /(?:^|,\s*)basic(?:\s|$)/i.test(challenge) ? basic : null;
    const realm = parameter(bearer, 'realm');
    if (realm === null || !mayHaveCredential(realm, options.host)) return null;
    const url = new URL(realm);
    const service = parameter(bearer, 'service');
    if (service !== null) url.searchParams.set('service', service);
    url.searchParams.set('scope', options.scope);
    const result = await options.http.request({ method: 'GET', url: url.href, headers: { authorization: basic }, deadlineMs: callMs });
    if (result.kind !== 'response' || result.status >= 300) return null;
    try {
      const { token, access_token } = tokenAnswer.parse(result.json());
      const value = token ?? access_token;
      return value === undefined ? null : registered(`Bearer ${value}`);
    } catch {
      return null;
    }
  }
}

/** Fly's registry takes user `x`, and the token without its scheme as password, as flyctl sends it. */
export function basicCredential(token: Secret): Secret {
  return registered(`Basic ${Buffer.from(registryLogin(token)).toString('base64')}`);
}

export function registryLogin(token: Secret): string {
  return `x:${token.reveal().replace(/^FlyV1\s+/, '')}`;
}

function registered(header: string): Secret {
  processRedactor.register(header.slice(header.indexOf(' ') + 1));
  return new Secret(header);
}

/** Our credential goes to the registry's own host or to a sibling over https, never elsewhere. */
function mayHaveCredential(realm: string, host: string): boolean {
  if (!URL.canParse(realm)) return false;
  const url = new URL(realm);
  if (url.host === host) return true;
  const parent = host.split('.').slice(-2).join('.');
  return url.protocol === 'https:' && parent.includes('.') && url.hostname.endsWith(`.${parent}`);
}

function parameter(challenge: string, name: string): string | null {
  return new RegExp(`(?:^|[\\s,])${name}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? null;
}
