import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { loadConfig, surfaceOf, type VendureSurface } from '@vendure-deploy/shared/config';
import { renewLock } from '@vendure-deploy/shared/lock';
import { type FlyClient, flyClient } from '@vendure-deploy/shared/providers/fly';
import { githubClient } from '@vendure-deploy/shared/providers/github';
import { shortSha } from '@vendure-deploy/shared/release';
import { attempts } from './attempts.ts';
import { countByGroup, leftoverCommands, newestRelease, working } from './fleet.ts';
import { deployWithFlyctl } from './flyctl.ts';
import { openFlyctl } from './flyctl-tool.ts';
import type { inputs as declared, outputs } from './io.ts';
import { type Attempt, judge } from './judge.ts';
import { type Observed, observe, servingRevisions } from './observe.ts';
import type { Plan } from './plan.ts';
import { flySaysNo, refuseFlyConfig, refuseInputs, refuseOlder, refuseUnsettled } from './refusals.ts';
import { stageSecrets } from './secrets/stage.ts';
import { isReasonToDeploy, isShipment, readSecrets, shipped, textToStage, told, warnOfUnknown } from './secrets/sync.ts';
import { settleFleet } from './settle-fleet.ts';
import { stopwatch } from './stopwatch.ts';

type Context = ActionContext<typeof declared>;
type Result = ActionResult<typeof outputs>;

/** Read, refuse, settle, fence, stage secrets, fence, flyctl, and then the gate: the exit code is never the verdict. */
export async function run(context: Context): Promise<Result> {
  const { inputs, log, http, clock, signal, workspace } = context;
  refuseInputs(inputs);
  const config = await loadConfig(join(workspace, inputs.config));
  const surface = surfaceOf(config, inputs.environment, 'vendure');
  await readFlyConfig(workspace, surface);
  const fly = flyClient({ http, token: inputs['fly-api-token'], app: surface.app, signal });
  const read = (): Promise<Observed> => observe({ fly, http, signal, versionUrl: `${surface['public-url']}${surface['version-path']}`, healthUrl: `${surface['public-url']}${surface['health-path']}` });
  const watch = stopwatch(clock);

  const anchor = await watch.time('read', () => log.group('Read what serves now', () => readAnchor(context, surface.app, read)));
  const previous = anchor.public.kind === 'serves' ? anchor.public.sha : '';
  const secrets = await watch.time('secrets', () => log.group('Compare the secrets', () => readSecrets({ context, surface, fly, machines: working(anchor.machines) })));
  const imageOnly: Plan = {
    app: surface.app,
    sha: inputs.sha,
    tag: inputs['image-tag'],
    digest: inputs['image-digest'],
    groups: surface['process-groups'],
    image: `${surface['image-repository']}:${inputs['image-tag']}`,
    fleet: countByGroup(anchor.machines),
    runId: context.run.runId,
    afterRelease: null,
  };
  let staged: { readonly staged: readonly string[]; readonly renewed: readonly string[] } = { staged: [], renewed: [] };
  const conclude = (plan: Plan, attempt: Attempt, observed: Observed, runs: number, stopped: string | null): Result => {
    const judgement = judge(plan, attempt, observed, previous);
    return {
      ...judgement,
      message: `${judgement.message}${stopped === null ? '' : ` No second run of flyctl was tried: ${stopped}.`}${judgement.decision === 'done' ? shipped(secrets) : ''}`,
      outputs: outputsOf(plan, attempt, observed, previous),
      result: {
        surface: 'vendure',
        before: previous,
        intended: plan.sha,
        observed: observed.public,
        groups: observed.groups,
        'serving-revisions': servingRevisions(observed),
        machines: machinesOf(anchor, observed),
        leftovers: leftoverCommands(plan.app, observed.machines),
        secrets: told(secrets, staged),
        'flyctl-runs': runs,
        phases: watch.seconds(),
        seconds: Object.values(watch.seconds()).reduce((sum, seconds) => sum + seconds, 0),
      },
    };
  };
  const nothing: Attempt = { kind: 'none' };
  if (!inputs.redeploy && !isReasonToDeploy(secrets) && judge(imageOnly, nothing, anchor, previous).decision === 'skipped') {
    warnOfUnknown(secrets, log);
    return conclude(imageOnly, nothing, anchor, 0, null);
  }
  const plan: Plan = { ...imageOnly, afterRelease: isShipment(secrets) ? newestRelease(anchor.machines) : null };
  await notOlder(context, previous);
  const text = textToStage(secrets);
  await watch.time('settle', () => log.group('Settle', () => settleFirst(context, fly)));

  const refused = (problem: Pick<Result, 'decision' | 'reasonCode' | 'message'>): Result => ({ ...problem, outputs: { 'serving-sha': previous, 'previous-sha': previous }, result: { surface: 'vendure', before: previous, intended: plan.sha, secrets: told(secrets, staged) } });
  const fence = (): Promise<string | null> => fenced(context);
  const held = await fence();
  if (held !== null) return refused({ decision: 'failed', reasonCode: 'fence-lost', message: held });
  const flyctl = openFlyctl(context, config);
  try {
    if (secrets !== null && text !== null) {
      const { problem, ...what } = await watch.time('secrets', () => log.group('Stage the secrets', () => stageSecrets({ context, app: surface.app, fly, flyctl, secrets, text })));
      staged = what;
      if (problem !== null) return refused(problem);
      // What is staged ships with whoever deploys next, so the lock is ours before it; flyctl was perhaps downloaded since, so it must be ours still.
      const lost = await fence();
      if (lost !== null) return refused({ decision: 'failed', reasonCode: 'fence-lost', message: `${lost} Staged at Fly already, and shipped by whoever deploys next: ${staged.staged.join(', ')}.` });
    }
    const { attempt, observed, runs, stopped } = await attempts({ context, plan, fly, watch, read, fence, deploy: (deadlineMs) => deployWithFlyctl({ context, flyctl, surface, image: plan.image, fly, deadlineMs }) });
    return conclude(plan, attempt, observed, runs, stopped);
  } finally {
    await flyctl.close();
  }
}

async function readFlyConfig(workspace: string, surface: VendureSurface): Promise<void> {
  const path = surface['fly-config'];
  const text = await readFile(join(workspace, path), 'utf8').catch((cause: unknown) => {
    throw new UserError(`fly-deploy: ${path}, which the configuration names as \`fly-config\`, is not in the workspace. Check out the commit that is deployed, or correct the path.`, { reasonCode: 'invalid-config', cause });
  });
  refuseFlyConfig({ text, path, groups: surface['process-groups'] });
}

/** What serves before the first write. What the public gets may be unreadable: a deploy is how one mends that; Fly's own list may not. */
async function readAnchor({ log }: Context, app: string, read: () => Promise<Observed>): Promise<Observed> {
  const observed = await read();
  if (observed.fly !== null) throw flySaysNo(app, observed.fly);
  log.info(`The public gets ${observed.public.kind === 'serves' ? shortSha(observed.public.sha) : 'nothing readable'}; ${observed.machines.length} Machines.`);
  return observed;
}

/** An older commit never overtakes a newer one unless it is told to (I8). */
async function notOlder({ inputs, http, log, run }: Context, serving: string): Promise<void> {
  if (serving === '' || serving === inputs.sha || inputs['allow-older']) return;
  if (inputs['github-token'].isEmpty) return log.warning('No github-token was given: whether the commit is older than what serves is not known.');
  const github = githubClient({ http, token: inputs['github-token'], apiUrl: run.apiUrl });
  const comparison = await github.compare(run.repository, serving, inputs.sha).catch((cause: unknown) => {
    throw new UserError(`fly-deploy: GitHub did not say whether ${shortSha(inputs.sha)} is newer than ${shortSha(serving)}, which serves (${cause instanceof Error ? cause.message : String(cause)}). Nothing was written. Run again, or set \`allow-older\` to deploy without knowing.`, { reasonCode: 'anchor-unreadable', cause });
  });
  refuseOlder({ serving, sha: inputs.sha, comparison, allowed: false });
}

async function settleFirst(context: Context, fly: FlyClient): Promise<void> {
  const { inputs, log } = context;
  if (inputs['skip-machine-settle']) return log.warning('skip-machine-settle is set: whether a Machine is on its way to another state was not looked at.');
  refuseUnsettled(await settleFleet(context, fly), inputs['settle-seconds']);
}

function outputsOf(plan: Plan, attempt: Attempt, observed: Observed, previous: string): Result['outputs'] {
  const made = attempt.kind === 'ended' ? attempt.release : null;
  const at = observed.machines.find((machine) => machine.tag === plan.tag);
  return {
    'serving-sha': observed.public.kind === 'serves' ? observed.public.sha : '',
    'serving-sha-by-group': JSON.stringify(observed.groups),
    'previous-sha': previous,
    'image-digest': at?.digest ?? '',
    'release-id': made?.id ?? at?.releaseId ?? '',
    'release-version': made?.version ?? at?.releaseVersion ?? '',
  };
}

/** Each Machine that there was or is: what it ran before, and what it runs now. */
function machinesOf(anchor: Observed, observed: Observed): Record<string, unknown>[] {
  const ids = [...new Set([...anchor.machines, ...observed.machines].map(({ id }) => id))];
  return ids.map((id) => {
    const [before, after] = [anchor, observed].map(({ machines }) => machines.find((machine) => machine.id === id));
    const of = (machine: typeof before): unknown => (machine === undefined ? null : { sha: machine.revision || machine.tag, state: machine.state, cordoned: machine.cordoned });
    return { id, group: (after ?? before)?.group, before: of(before), after: of(after) };
  });
}

/** Renews the lock right before the step that cannot be taken back. @returns why not, or null */
async function fenced(context: Context): Promise<string | null> {
  const { inputs, log } = context;
  if (inputs['github-token'].isEmpty) {
    log.warning('No github-token was given: the deploy lock is not renewed before flyctl.');
    return null;
  }
  const why = await renewLock(context, inputs['github-token'], inputs.environment);
  if (why === null) return null;
  return `The deploy lock of ${inputs.environment} is not this run's: ${why}. Nothing was switched. Acquire it first, then run this again.`;
}
