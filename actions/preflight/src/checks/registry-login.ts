import type { PushAccess } from '@vendure-deploy/shared/providers/registry';
import type { Finding } from '../check.ts';

/** Pure. */
export function judgeRegistryLogin(access: PushAccess, { repository, app }: { readonly repository: string; readonly app: string }): Finding {
  if (access.kind === 'granted') {
    const proof = access.proof === 'scope' ? 'grants pull and push' : 'takes the login';
    return { status: 'ok', evidence: `the registry ${proof} for ${repository}; nothing was pushed`, next: '' };
  }
  if (access.kind === 'refused') return { status: 'failed', evidence: access.why, next: `Create a token that may push:  fly tokens create deploy -a ${app} --expiry 720h` };
  return { status: 'failed', evidence: `whether the login is good is not known: ${access.why}`, next: 'Run it again; https://status.flyio.net says whether the registry is unwell.' };
}
