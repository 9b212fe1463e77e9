import { z } from 'zod';
import { ProviderError } from '../error.ts';
import { ask } from './call.ts';
import type { GitHubClientOptions } from './client.ts';

/** What an earlier deploy took, as its report recorded it. */
export interface EarlierDeploy {
  readonly sha: string;
  readonly verdict: string;
  /** `jobs`: since the report records them. */
  readonly seconds: { readonly total: number; readonly phases: Readonly<Record<string, number>>; readonly jobs?: Readonly<Record<string, number>> | undefined };
}

const payload = z.object({ verdict: z.string(), seconds: z.object({ total: z.number(), phases: z.record(z.string(), z.number()), jobs: z.record(z.string(), z.number()).optional() }) });
const listing = z.array(z.object({ sha: z.string(), payload: z.unknown() }));
// The last month of a shop that deploys every working day.
const LAST = 30;

/**
 * The deploys of an environment, the newest first; those of others, and those without times, are left out.
 * @throws {ProviderError} `forbidden`: the token lacks `deployments: read`
 * @see https://docs.github.com/en/rest/deployments/deployments
 */
export async function earlierDeploys(options: GitHubClientOptions, repository: string, environment: string): Promise<readonly EarlierDeploy[]> {
  const query = new URLSearchParams({ environment, task: 'deploy', per_page: String(LAST) });
  const read = listing.safeParse(await ask(options, { method: 'GET', path: `repos/${repository}/deployments?${query.toString()}` }));
  if (!read.success) throw new ProviderError('unexpected-answer', 'GitHub answered something else than its deployments');
  return read.data.flatMap(({ sha, payload: said }) => {
    const parsed = payload.safeParse(typeof said === 'string' ? jsonOf(said) : said);
    return parsed.success ? [{ sha, ...parsed.data }] : [];
  });
}

/** GitHub gives a payload back as it was sent: as an object, or as a text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
