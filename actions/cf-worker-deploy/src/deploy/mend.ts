import type { Said } from '../wrangler/call.ts';
import { mendArguments } from '../wrangler/arguments.ts';
import type { Observed } from './observe.ts';

interface Mending {
  readonly said: Said;
  readonly anchor: Observed;
  readonly look: () => Promise<Observed>;
  readonly sha: string;
  readonly config: string;
  readonly environment: string;
  readonly name: string;
  readonly signal: AbortSignal;
  /** One more call of wrangler. */
  readonly call: (args: readonly string[]) => Promise<Said>;
}

/**
 * wrangler switches first and sets settings and routes afterwards: when it fails, the new version may be live without them. Both can be set again
 * without another upload, since naming the live version once more changes nothing. Only what was read decides whether there is anything to mend.
 * @returns whether all of it was set; null: there was nothing to mend
 */
export async function mend({ said, anchor, look, sha, config, environment, name, signal, call }: Mending): Promise<boolean | null> {
  if (said.exitCode === 0 || said.timedOut || signal.aborted) return null;
  const { live } = await look();
  if (live.kind !== 'live' || live.tag !== sha) return null;
  if (anchor.live.kind === 'live' && anchor.live.versionId === live.versionId) return null;
  for (const args of mendArguments({ config, environment, name, versionId: live.versionId })) {
    const again = await call(args);
    if (again.exitCode !== 0 || signal.aborted) return false;
  }
  return true;
}
