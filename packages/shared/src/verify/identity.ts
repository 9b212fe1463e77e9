import { readVersion } from '../probe/index.ts';
import { shortSha, type Surface } from '../release/index.ts';
import type { Reach } from './reach.ts';
import type { Identity } from './types.ts';

interface Asked {
  readonly surface: Surface;
  readonly base: string;
  readonly path: string;
  /** The commit that it must be; '': any. */
  readonly wanted: string;
  readonly reach: Reach;
}

/** Which commit answers, by its own words; a Worker's header and body have to name one version. */
export async function identityOf({ surface, base, path, wanted, reach }: Asked): Promise<Identity> {
  const version = await readVersion({ http: reach.http, url: `${base}${path}`, headers: reach.headersOf(surface), timeoutMs: reach.timeoutMs, signal: reach.signal });
  if (version.kind !== 'serves') return { kind: version.kind === 'unreachable' ? 'no-answer' : 'unreadable', why: version.why };
  const { sha, header, versionId } = version;
  if (header !== null && versionId !== null && header !== versionId) return { kind: 'unreadable', why: 'the header x-deploy-version and the body name two versions' };
  return wanted === '' || sha === wanted ? { kind: 'serves', sha } : { kind: 'other-sha', sha, why: `serves ${shortSha(sha)}, not ${shortSha(wanted)}` };
}
