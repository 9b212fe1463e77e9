import { judgeApps } from './apps.ts';
import { judgeVisit } from './edge.ts';
import type { Evidence, Guarded, Keys, Visit } from './evidence.ts';
import { readMetadata } from './metadata.ts';

export type Proof =
  /** `controlPlane`: the account said so as well; otherwise the token may not read it. */
  | { readonly kind: 'proven'; readonly audience: string; readonly controlPlane: boolean }
  | { readonly kind: 'unproven'; readonly why: string };

/** Signed by the team, seen at the edge, and not denied by the account: all of it, or it is unproven. @param now milliseconds since the epoch */
export async function judgeAccess(wanted: Guarded, { keys, asked, visited, apps }: Evidence, now: number): Promise<Proof> {
  // First what a visitor gets: nothing else is as bad as our own Worker answering.
  const open = visited.map((visit) => judgeVisit(visit, wanted)).find((why) => why !== null);
  if (open !== undefined || visited.length === 0) return unproven(open ?? 'nothing was visited');
  const matched = await matchedBy(keys, asked, wanted, now);
  if (matched.kind === 'unproven') return matched;
  if (apps.kind === 'unreadable') return unproven(`the Access applications could not be read: ${apps.why}`);
  const denied = apps.kind === 'read' ? judgeApps(apps.apps, wanted.host, matched.audience) : null;
  return denied === null ? { kind: 'proven', audience: matched.audience, controlPlane: apps.kind === 'read' } : unproven(denied);
}

async function matchedBy(keys: Keys, asked: readonly Visit[], wanted: Guarded, now: number): Promise<Proof> {
  if (keys.kind === 'unreadable') return unproven(`the keys of ${wanted.teamHost} could not be read: ${keys.why}`);
  const audiences = new Set<string>();
  for (const { path, answer } of asked) {
    const where = `https://${wanted.host}${path}`;
    if (answer.kind === 'none') return unproven(`${where} gave no answer (${answer.why})`);
    if (answer.metadata === null) return unproven(`${where} shows no metadata of Access (HTTP ${answer.status}): no application is before it, or it is not live yet`);
    const metadata = await readMetadata(answer.metadata, keys.jwks, wanted, now);
    if (metadata.kind === 'none') return unproven(`the metadata of Access at ${where} proves nothing: ${metadata.why}`);
    audiences.add(metadata.audience);
  }
  const [audience, ...more] = audiences;
  if (audience === undefined) return unproven('no metadata of Access was asked for');
  return more.length === 0 ? { kind: 'proven', audience, controlPlane: false } : unproven(`${wanted.host} stands behind several Access applications (${[...audiences].join(', ')}); put one before all of it`);
}

function unproven(why: string): Proof {
  return { kind: 'unproven', why };
}
