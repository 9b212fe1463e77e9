import type { ActionContext } from '@vendure-deploy/shared/action';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { Inputs } from '../io.ts';
import { deployArguments } from '../wrangler/arguments.ts';
import { callWrangler, type Said } from '../wrangler/call.ts';
import { gate } from './gate.ts';
import type { Attempt } from './judge.ts';
import { mend } from './mend.ts';
import type { Looking, Observed } from './observe.ts';
import type { Ready } from './prepare.ts';

interface Uploading {
  readonly ready: Ready;
  readonly accountId: string;
  readonly sha: string;
  readonly anchor: Observed;
  /** Of the Worker, to travel in the version. */
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly looking: Looking;
}

interface Uploaded {
  readonly attempt: Attempt;
  readonly observed: Observed;
  /** For the result: what wrangler said. */
  readonly wrangler: Record<string, unknown>;
}

// Of the 7.5 s after a cancel, what wrangler's own end leaves.
const LAST_LOOK_MS = 1500;

/** One deploy by wrangler, what it left undone, and what is read back. No verdict: that is the judge's. */
export async function upload({ ready, accountId, sha, anchor, secrets, looking }: Uploading, context: ActionContext<Inputs>): Promise<Uploaded> {
  const { inputs, log, clock, signal, temporary } = context;
  const { wrangler, config, wranglerEnvironment: environment, name, cwd } = ready;
  const message = `${context.run.runUrl} by @${context.run.actor}`;
  const call = (args: readonly string[], given: ReadonlyMap<string, Secret> = new Map()): Promise<Said> =>
    callWrangler({ wrangler, args, cwd, accountId, token: inputs['cloudflare-api-token'], secrets: given, temporary, seconds: inputs['wrangler-timeout-seconds'], signal, log });
  const said = await log.group(`Deploy with wrangler ${wrangler.version}`, () => call(deployArguments({ config, environment, name, sha, message }), secrets));
  const look = looking(signal, said.versionId);
  const mended = said.exitCode === 0 ? null : await log.group('See whether it is live all the same', () => mend({ said, anchor, look, sha, config, environment, name, signal, call }));
  const seen = await log.group('Read back', () =>
    gate({ look, course: { sha, versionId: said.versionId, anchor }, clock, signal, budgetMs: inputs['propagation-seconds'] * 1000, intervalMs: inputs['read-interval-seconds'] * 1000, log }),
  );
  const observed = seen === null || signal.aborted ? await lastLook((by) => looking(by)(), seen) : seen;
  return {
    attempt: { exitCode: said.exitCode, timedOut: said.timedOut, cancelled: signal.aborted, versionId: said.versionId, firstError: said.firstError, mended },
    observed,
    wrangler: { version: wrangler.version, 'exit-code': said.exitCode, 'first-error': said.exitCode === 0 ? '' : said.firstError, mended },
  };
}

/** What serves after a cancel is asked with a signal of its own; what was read before the cancel stands in for what cannot be read any more. */
async function lastLook(look: (signal: AbortSignal) => Promise<Observed>, seen: Observed | null): Promise<Observed> {
  const last = await look(AbortSignal.timeout(LAST_LOOK_MS));
  return last.live.kind === 'unreadable' && seen !== null ? seen : last;
}
