import type { ActionContext } from '@vendure-deploy/shared/action';
import { cloudflareClient } from '@vendure-deploy/shared/providers/cloudflare';
import { requireFence } from '../deploy/fenced.ts';
import type { Ready } from '../deploy/prepare.ts';
import type { Inputs } from '../io.ts';
import type { Target } from '../target.ts';
import { promoteArguments, shiftArguments, triggerArguments } from '../wrangler/arguments.ts';
import type { Said } from '../wrangler/call.ts';
import { asker, type Page } from './ask.ts';
import { goBack } from './go-back.ts';
import type { Ended } from './judge.ts';
import { CONCLUDED, MARK, type Mark } from './mark.ts';
import { readSoak } from './steps.ts';
import type { Split, Trail } from './traffic.ts';
import { type Course, walk, type Walked } from './walk.ts';

export interface RollOut {
  readonly target: Target;
  readonly ready: Ready;
  readonly course: Course;
  readonly from: Trail;
  /** Of the deployments: the run and who started it. */
  readonly message: string;
  /** Outlives a cancel for as long as a return may take. */
  readonly late: AbortSignal;
  readonly call: (args: readonly string[], cwd: string | null, by: AbortSignal) => Promise<Said>;
}

/** Shifts the traffic step by step, then sets the routes; or returns. What the post step needs for that is kept before each shift. */
export async function rollOut({ target, ready, course, from, message, late, call }: RollOut, context: ActionContext<Inputs>): Promise<Ended> {
  const { inputs, log, http, clock, signal, state } = context;
  const { worker } = target.config;
  const { old, fresh, pages } = course;
  const which = { config: ready.config, environment: ready.wranglerEnvironment, name: ready.name };
  const intervalMs = inputs['read-interval-seconds'] * 1000;
  const propagationMs = inputs['propagation-seconds'] * 1000;
  let trail = from;
  const keep = (next: Trail): void => {
    trail = next;
    const mark: Mark = {
      worker, accountId: target.accountId, versionUrl: target.versionUrl, old, trail, wrangler: ready.wrangler, message,
      seconds: { propagation: inputs['propagation-seconds'], interval: inputs['read-interval-seconds'], wrangler: inputs['wrangler-timeout-seconds'] },
    };
    state.save(MARK, JSON.stringify(mark));
  };
  const waysBy = (by: AbortSignal) => ({
    worker, keep, clock, intervalMs, log, signal: by,
    cloudflare: cloudflareClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal: by }),
    ask: asker({ http, worker, signal: by }),
  });
  const shiftBy = (by: AbortSignal) => (split: Split): Promise<Said> => call(shiftArguments({ worker, split, message }), null, by);

  const walked = await walk(course, from, {
    ...waysBy(signal),
    // With the last step come the settings that no version has: until then they are those of the version of before.
    write: (split) => (split.length > 1 ? shiftBy(signal)(split) : call(promoteArguments({ ...which, versionId: fresh.id, message }), ready.cwd, signal)),
    fence: () => requireFence(context),
    propagationMs, soakMs: readSoak(inputs['soak-seconds'], target.config.gradual) * 1000, probeMs: inputs['probe-interval-seconds'] * 1000,
  });
  const ended = walked.kind === 'through' ? await conclude() : await returnFrom(walked);
  // After a cancel the post step looks once more: a shift that was on its way may arrive late.
  if (!signal.aborted) state.save(MARK, CONCLUDED);
  return ended;

  async function conclude(): Promise<Ended> {
    const said = signal.aborted ? null : await log.group('Set routes and settings', () => call(triggerArguments(which), ready.cwd, signal));
    if (signal.aborted || said === null) return returnFrom({ kind: 'stopped', at: 100, why: 'cancelled' });
    return { kind: 'through', triggers: said.exitCode === 0 ? 'set' : 'failed', firstError: said.firstError };
  }

  async function returnFrom(how: Exclude<Walked, { kind: 'through' }>): Promise<Ended> {
    if (how.kind === 'drifted') return { ...how, why: '' };
    const ways = waysBy(late);
    const proof = { ...ways, page: pages[0], pinned: null, wanted: old, budgetMs: propagationMs };
    const back = await log.group(`Return to version ${old.id}`, () => goBack({ ...ways, trail, write: () => shiftBy(late)([{ id: old.id, percentage: 100 }]), proof }));
    switch (back.kind) {
      case 'returned': return how.at === null ? { kind: 'not-switched', why: how.why } : { kind: 'returned', at: how.at, why: how.why };
      case 'drifted': return { kind: 'drifted', at: how.at, why: how.why, live: back.live };
      case 'return-failed': return { kind: 'return-failed', at: how.at ?? 0, why: how.why, because: back.why, again: signal.aborted };
    }
  }
}

/** The pages by which a version is watched, the version path first. */
export function pagesOf({ config, versionUrl }: Target): readonly [Page, ...Page[]] {
  return [{ url: versionUrl, namesVersion: true }, ...(config['smoke-paths'] ?? []).map((path) => ({ url: `${config['public-url']}${path}`, namesVersion: false }))];
}
