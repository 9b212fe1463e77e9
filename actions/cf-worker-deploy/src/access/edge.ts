import type { Guarded, Visit } from './evidence.ts';

/** Why an answer does not show that a visitor without credentials is turned away; null: it does. */
export function judgeVisit({ path, answer }: Visit, wanted: Guarded): string | null {
  const asked = `https://${wanted.host}${path}`;
  if (answer.kind === 'none') return `${asked} gave no answer (${answer.why})`;
  const { status, location, version, challenged } = answer;
  if (version !== null) return `${asked} answers anybody with version ${version} of the Worker (HTTP ${status})`;
  // A firewall in front answers with 403, too, and only for as long as it does not know the visitor.
  if (challenged) return `${asked} answered with a challenge of the firewall, not of Access (HTTP ${status})`;
  if (status === 401 || status === 403) return null;
  if (status !== 302) return `${asked} lets anybody through to what stands behind it, or is not live yet (HTTP ${status})`;
  return isLogin(location, wanted) ? null : `${asked} redirects to ${location ?? 'nowhere'}, not to the login of ${wanted.teamHost}`;
}

function isLogin(location: string | null, { host, teamHost }: Guarded): boolean {
  const url = location === null ? null : URL.parse(location);
  return url !== null && url.protocol === 'https:' && url.host === teamHost && url.username === '' && url.pathname === `/cdn-cgi/access/login/${host}`;
}
