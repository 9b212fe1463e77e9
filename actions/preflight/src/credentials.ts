import type { HttpClient } from '@vendure-deploy/shared/net';
import type { RegistryClient } from '@vendure-deploy/shared/providers/registry';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { Finding } from './check.ts';

const probeMs = 20_000;

/** @see https://fly.io/docs/machines/api/apps-resource/ */
export async function flyCredential(http: HttpClient, token: Secret, app: string): Promise<Finding> {
  const create = `Create one:  fly tokens create deploy -a ${app} --expiry 720h  and store it as the secret FLY_API_TOKEN.`;
  if (token.isEmpty) return { status: 'failed', evidence: 'the input fly-api-token is empty', next: create };
  const value = token.reveal();
  const result = await http.request({ method: 'GET', url: `https://api.machines.dev/v1/apps/${encodeURIComponent(app)}`, headers: { authorization: new Secret(/^(?:FlyV1|Bearer)\s/.test(value) ? value : `Bearer ${value}`) }, deadlineMs: probeMs });
  if (result.kind === 'unreachable') return { status: 'failed', evidence: result.message, next: 'Run it again; https://status.flyio.net says whether Fly is unwell.' };
  if (result.status === 200) return { status: 'ok', evidence: `the token reads the app ${app}`, next: '' };
  if (result.status === 404) return { status: 'failed', evidence: `Fly knows no app ${app} for this token`, next: `Check \`app\` in the configuration. ${create}` };
  if (result.status === 401 || result.status === 403) return { status: 'failed', evidence: `Fly answered ${result.status} for the app ${app}: the token is wrong, has expired or is another app's`, next: create };
  return { status: 'failed', evidence: `Fly answered ${result.status} for the app ${app}`, next: 'Run it again; https://status.flyio.net says whether Fly is unwell.' };
}

/** A user's token is verified at one place, an account's own token at another. */
export async function cloudflareCredential(http: HttpClient, token: Secret, accountId: string): Promise<Finding> {
  const create = 'Create a token with "Workers Scripts: Edit" for this account at https://dash.cloudflare.com/profile/api-tokens and store it as the secret CLOUDFLARE_API_TOKEN.';
  if (token.isEmpty) return { status: 'failed', evidence: 'the input cloudflare-api-token is empty', next: create };
  let evidence = '';
  for (const path of ['user/tokens/verify', `accounts/${encodeURIComponent(accountId)}/tokens/verify`]) {
    const result = await http.request({ method: 'GET', url: `https://api.cloudflare.com/client/v4/${path}`, headers: { authorization: new Secret(`Bearer ${token.reveal()}`) }, deadlineMs: probeMs });
    if (result.kind === 'unreachable') return { status: 'failed', evidence: result.message, next: 'Run it again; https://www.cloudflarestatus.com says whether Cloudflare is unwell.' };
    if (result.status === 200) {
      const status = /"status"\s*:\s*"([a-z]+)"/.exec(result.text())?.[1] ?? 'without a status';
      return status === 'active' ? { status: 'ok', evidence: 'Cloudflare says that the token is active', next: '' } : { status: 'failed', evidence: `Cloudflare says that the token is ${status}`, next: create };
    }
    evidence = `Cloudflare answered ${result.status} to the token`;
    if (result.status >= 500 || result.status === 429) return { status: 'failed', evidence, next: 'Run it again; https://www.cloudflarestatus.com says whether Cloudflare is unwell.' };
  }
  return { status: 'failed', evidence, next: create };
}

export async function registryCredential(registry: RegistryClient, repository: string, app: string): Promise<Finding> {
  const access = await registry.pushAccess();
  if (access.kind === 'granted') return { status: 'ok', evidence: `the registry takes the login for ${repository}; nothing was pushed`, next: '' };
  if (access.kind === 'refused') return { status: 'failed', evidence: access.why, next: `Create a token that may push:  fly tokens create deploy -a ${app} --expiry 720h` };
  return { status: 'failed', evidence: access.why, next: 'Run it again; https://status.flyio.net says whether the registry is unwell.' };
}
