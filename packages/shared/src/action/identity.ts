import { z } from 'zod';
import type { HttpClient } from '../net/index.ts';
import { Secret } from '../secrets/index.ts';
import { UserError } from './errors.ts';
import { hide } from './hide.ts';

const answer = z.object({ value: z.string().min(1) });
const DEADLINE_MS = 15_000;

/**
 * GitHub's word for which job this is (OIDC), for one audience. Asked over our own client and not by `@actions/core`: its HTTP client would bring half a
 * megabyte into every action, knows no deadline of ours, and goes around the proxy for some hosts.
 * @returns null where GitHub offers none: no `id-token: write`, or no GitHub at all
 * @throws {UserError} when it is offered, and not given
 * @see https://docs.github.com/actions/reference/security/oidc
 */
export async function idToken(http: Pick<HttpClient, 'request'>, audience: string, environment: NodeJS.ProcessEnv = process.env): Promise<Secret | null> {
  const [url = '', token = ''] = [environment['ACTIONS_ID_TOKEN_REQUEST_URL'], environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']];
  if (url === '' || token === '' || !URL.canParse(url)) return null;
  const asked = new URL(url);
  asked.searchParams.set('audience', audience);
  const said = await http.request({ method: 'GET', url: asked.href, headers: { authorization: new Secret(`Bearer ${token}`), accept: 'application/json' }, deadlineMs: DEADLINE_MS });
  const why = said.kind === 'unreachable' ? said.message : `GitHub answered HTTP ${said.status}`;
  const given = said.kind === 'response' && said.status === 200 ? answer.safeParse(parsed(() => said.json())) : null;
  if (given?.success !== true) throw new UserError(`GitHub gave this job no identity (OIDC token): ${given === null ? why : 'its answer has none'}. Run the job again; if that does not help, look at https://www.githubstatus.com .`, { reasonCode: 'secrets-unavailable' });
  return hide(given.data.value);
}

function parsed(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}
