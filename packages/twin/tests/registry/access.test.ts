import { describe, expect, test } from '@jest/globals';
import { basic, said, type Stage, withRegistry } from './stage.ts';

/** `staging` is a password besides `secret`, which reaches everything. */
const reachOf = (password: string): { kind: 'one'; repository: string } | { kind: 'none' } => (password === 'staging' ? { kind: 'one', repository: 'staging' } : { kind: 'none' });
const MOUNT = `/v2/production/blobs/uploads/?mount=sha256:${'1'.repeat(64)}&from=staging`;

test.each([
  ['secret', '/v2/', 200],
  ['secret', '/v2/any/tags/list', 404],
  ['staging', '/v2/', 200],
  ['staging', '/v2/staging/tags/list', 404],
  ['staging', '/v2/production/tags/list', 401],
  ['other', '/v2/', 401],
])('Basic with the password %s, GET %s: %d', (password, path, status) => withRegistry({ reachOf }, async ({ call }) => {
  const answer = await call('GET', path, { headers: { authorization: basic(password) } });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="registry.example"' : null);
}));

test('Basic: a mount from a repository that the password does not reach is refused as a request to it would be', () => withRegistry({ reachOf }, async ({ call }) => {
  const from = (repository: string): string => `/v2/staging/blobs/uploads/?mount=sha256:${'1'.repeat(64)}&from=${repository}`;
  const status = async (repository: string): Promise<number> => (await call('POST', from(repository), { headers: { authorization: basic('staging') } })).status;
  expect([await status('production'), await status('staging')]).toEqual([401, 202]);
}));

describe('Bearer', () => {
  test.each([
    ['GET', '/v2/', ''],
    ['GET', '/v2/team/shop/tags/list', ',scope="repository:team/shop:pull"'],
    ['HEAD', '/v2/shop/manifests/v1', ',scope="repository:shop:pull"'],
    ['PUT', '/v2/shop/manifests/v1', ',scope="repository:shop:pull,push"'],
    ['DELETE', '/v2/shop/manifests/v1', ',scope="repository:shop:delete"'],
    ['POST', MOUNT, ',scope="repository:production:pull,push repository:staging:pull"'],
  ])('%s %s without a token names what a token must have', (method, path, scope) => withRegistry({ challenge: 'bearer' }, async ({ call }) => {
    for (const authorization of ['', basic('secret')]) {
      const answer = await call(method, path, { headers: { authorization } });
      expect({ status: answer.status, challenge: answer.headers.get('www-authenticate') }).toEqual({ status: 401, challenge: `Bearer realm="https://registry.example/token",service="registry.example"${scope}` });
    }
  }));

  test('a mount needs both repositories: a token for one gets a challenge that names the two', () => withRegistry({ challenge: 'bearer' }, async (stage) => {
    const mount = async (...scopes: string[]): Promise<Response> => stage.call('POST', MOUNT, { headers: { authorization: await bearer(stage, scopes) } });
    const short = await mount('repository:production:pull,push');
    expect(short.headers.get('www-authenticate')).toBe('Bearer realm="https://registry.example/token",service="registry.example",scope="repository:production:pull,push repository:staging:pull",error="insufficient_scope"');
    expect(await said(short)).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
    expect((await mount('repository:production:pull,push', 'repository:staging:pull')).status).toBe(202);
    expect((await mount('repository:production:pull,push repository:staging:pull')).status).toBe(202);
    expect((await mount('repository:production:pull', 'repository:staging:pull')).status).toBe(401);
  }));

  test('the token server grants what the password reaches, and is silent of the rest', () => withRegistry({ challenge: 'bearer', reachOf }, async (stage) => {
    const authorization = await bearer(stage, ['repository:production:pull,push', 'repository:staging:*'], 'staging');
    const status = async (method: string, path: string): Promise<number> => (await stage.call(method, path, { headers: { authorization } })).status;
    expect([await status('DELETE', '/v2/staging/manifests/v1'), await status('GET', '/v2/production/manifests/v1'), await status('GET', '/v2/')]).toEqual([404, 401, 200]);
  }));

  test('a token ends after the seconds that came with it', () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    return withRegistry({ challenge: 'bearer', now: () => now }, async (stage) => {
      const { token, expires_in: seconds, issued_at: issued } = await tokenOf(await stage.call('GET', '/token?scope=repository:shop:pull'));
      expect({ seconds, issued }).toEqual({ seconds: 300, issued: '2026-01-01T00:00:00.000Z' });
      const answer = (): Promise<Response> => stage.call('GET', '/v2/shop/tags/list', { headers: { authorization: `Bearer ${token}` } });
      now += 299_000;
      expect((await answer()).status).toBe(404);
      now += 1000;
      expect((await answer()).headers.get('www-authenticate')).toContain(',scope="repository:shop:pull",error="invalid_token"');
    });
  });

  test.each([
    ['GET', '', 401],
    ['GET', basic('wrong'), 401],
    ['DELETE', basic('secret'), 405],
  ])('%s /token with the login "%s": %d', (method, authorization, status) => withRegistry({ challenge: 'bearer' }, async ({ call }) => {
    expect((await call(method, '/token?scope=repository:shop:pull', { headers: { authorization } })).status).toBe(status);
  }));

  test('by form: a password, and the refresh token that it is given', () => withRegistry({ challenge: 'bearer' }, async ({ call }) => {
    const ask = (form: Record<string, string>): Promise<Response> => call('POST', '/token', { body: new URLSearchParams(form).toString(), headers: { 'authorization': '', 'content-type': 'application/x-www-form-urlencoded' } });
    const { refresh_token: refresh = '' } = await tokenOf(await ask({ grant_type: 'password', username: 'x', password: 'secret', access_type: 'offline', scope: 'repository:shop:pull' }));
    const { access_token: token } = await tokenOf(await ask({ grant_type: 'refresh_token', refresh_token: refresh, scope: 'repository:shop:pull' }));
    expect((await call('GET', '/v2/shop/tags/list', { headers: { authorization: `Bearer ${token}` } })).status).toBe(404);
    expect((await ask({ grant_type: 'refresh_token', refresh_token: 'invented' })).status).toBe(401);
    expect((await ask({ grant_type: 'password', password: 'wrong' })).status).toBe(401);
  }));
});

interface Token {
  readonly token: string;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly expires_in: number;
  readonly issued_at: string;
}

async function tokenOf(answer: Response): Promise<Token> {
  expect(answer.status).toBe(200);
  return (await answer.json()) as Token;
}

async function bearer({ call }: Stage, scopes: readonly string[], password = 'secret'): Promise<string> {
  const query = new URLSearchParams(scopes.map((scope): [string, string] => ['scope', scope]));
  return `Bearer ${(await tokenOf(await call('GET', `/token?service=registry.example&${query.toString()}`, { headers: { authorization: basic(password) } }))).token}`;
}
